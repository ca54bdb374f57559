"""Why something is as it is: handed over by whoever decides it, and worded by whoever tells of it."""

from collections.abc import Mapping

from attrs import evolve, field, frozen


@frozen
class Reason:
    """``key`` names what was decided and why, as ``contract.no_list``; ``source`` is where that stands, '' for nowhere:
    a file and a line, a section of the manual, a place in the settings as ``[codes]``; several with "; " in between.

    ``params`` go into its words: amounts are in cents, and named so; a `Reason` among them is a part of the sentence.
    """

    key: str
    source: str = ""
    params: Mapping[str, object] = field(factory=dict)

    @property
    def name(self) -> str:
        """What was decided, whatever it is."""
        return self.key.partition(".")[0]

    def having(self, **params: object) -> "Reason":
        """The same with more to say, or something said otherwise."""
        return evolve(self, params={**self.params, **params})


def reason(key: str, source: str = "", /, **params: object) -> Reason:
    return Reason(key, source, params)
