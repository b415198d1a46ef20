"""What every body of the HTTP API is made of."""

from pydantic import BaseModel, ConfigDict

__all__ = ["ApiModel", "Done", "ErrorBody", "FieldError"]


class ApiModel(BaseModel):
    """Unknown fields of a request are ignored: clients of other versions send them."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class FieldError(ApiModel):
    field: str
    detail: str


class ErrorBody(ApiModel):
    """The body of every answer that is not 2xx.

    `code` is stable and ours; `message` and `validations` have the words that
    Coder-compatible clients show.
    """

    message: str
    detail: str = ""
    validations: list[FieldError] = []
    code: str = ""


class Done(ApiModel):
    """The body of an answer that has nothing to say but that it was done."""

    message: str
