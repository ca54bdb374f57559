"""A piece of text in every language."""

from collections.abc import Mapping
from typing import TypeAlias

from ....base.problems import Language

Words: TypeAlias = Mapping[Language, str]
