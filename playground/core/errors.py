"""The one exception for what a person can mend."""


class UserError(ValueError):
    """Something a person can put right: shown as a sentence, never as a traceback.

    Args:
        what: One sentence that says what is wrong, with the offending value and the place.
        remedy: One sentence that says what to do; empty when `what` already says it.
        field: Name of the experiment field at fault, when there is one.
    """

    def __init__(self, what: str, remedy: str = "", field: str | None = None):
        super().__init__(f"{what} {remedy}".strip())
        self.what, self.remedy, self.field = what, remedy, field
