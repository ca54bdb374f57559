"""Values that are made by the million: nobody changes one, as mypy holds; at run time that is not looked at again, as
`attrs.frozen` would take three times as long to make one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as value
else:
    from attrs import define as value

__all__ = ["value"]
