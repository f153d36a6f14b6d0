"""What the values of a procedure's file can be, and how they are read from TOML."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

# Who can be in charge of something on a case.
Function = Literal["process_owner", "koordinator", "initiator"]
# Who can be called to a meeting: a party, or one function of the staff.
Called = Literal["child", "guardian", "staff", "external", "koordinator", "initiator"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}[1-9][0-9]?$")]
Text = Annotated[str, StringConstraints(min_length=1)]
Age = Annotated[int, Field(ge=1, le=25)]
T = TypeVar("T")
# Strict but for the container: TOML has arrays, and what is frozen has tuples.
Many = Annotated[tuple[T, ...], Field(strict=False)]


def _named(tables: Any) -> Any:
    """A table of tables as the list of its parts: TOML keys them so that one can be overridden."""
    if not isinstance(tables, dict):
        return tables
    return [
        {"name": name, **table} if isinstance(table, dict) and "name" not in table else table
        for name, table in tables.items()
    ]


Named = Annotated[tuple[T, ...], Field(strict=False), BeforeValidator(_named)]


class Part(BaseModel):
    """Read strictly from TOML, without unknown keys, and never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Titled(Part):
    """What has a title; in English too, if somebody has written one."""

    title: Text
    title_en: Text | None = None

    def title_in(self, language: str) -> str:
        """In Swedish where there are no words in another language."""
        return self.title_en if language == "en" and self.title_en else self.title
