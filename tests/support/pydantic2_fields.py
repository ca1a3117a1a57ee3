"""Prints one line for each of the models below: its name, a tab, and its JSON Schema as pydantic 2
writes it. The lines are in tests/fixtures/pydantic2_fields.tsv, because pydantic 2 is not packaged
in Debian bookworm."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Optional, Union
from uuid import UUID

import pydantic
from pydantic import (
    AnyUrl,
    AwareDatetime,
    Base64Bytes,
    BaseModel,
    ByteSize,
    ConfigDict,
    Field,
    IPvAnyAddress,
    Json,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
    create_model,
)
from typing_extensions import TypedDict


class Kind(str, Enum):
    A = "a"
    B = "b"


class Single(Enum):
    ONLY = "only"


class Mixed(Enum):
    NUMBER = 1
    TEXT = "one"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Code(BaseModel):
    code: int


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    code: int
    name: Optional[str] = None


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    code: int


class Empty(BaseModel):
    pass


class Deep(BaseModel):
    c: Code
    note: str = ""


class Listed(BaseModel):
    tags: list[str]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"] = "dog"
    name: str


class AllowsInts(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    v: int


class Tree(BaseModel):
    name: str
    children: list["Tree"] = []


class Point(NamedTuple):
    x: int
    y: str = ""


class Typed(TypedDict, total=False):
    a: int
    b: str


@dataclass
class Data:
    n: int
    s: str = "x"


def model(name, config=None, **fields):
    return create_model(name, __config__=config, **fields)


REQUIRED = ...

MODELS = [
    model("OptInt", v=(Optional[int], None)),
    model("OptIntRequired", v=(Optional[int], REQUIRED)),
    model("OptKind", v=(Optional[Kind], None)),
    model("OptNested", v=(Optional[Code], None)),
    model("OptUnion", v=(Union[int, str, None], None)),
    model("LiteralOne", v=(Literal["x"], REQUIRED)),
    model("LiteralMixed", v=(Literal["a", 1, None], REQUIRED)),
    model("LiteralInts", v=(Literal[1, 2], 1)),
    model("EnumDefault", v=(Kind, Kind.A)),
    model("EnumSingle", v=(Single, REQUIRED)),
    model("EnumMixed", v=(Mixed, REQUIRED)),
    model("EnumInts", v=(Level, Level.LOW)),
    model("TuplePair", v=(tuple[int, str], REQUIRED)),
    model("TupleMany", v=(tuple[int, ...], REQUIRED)),
    model("ListInts", v=(Annotated[list[int], Field(min_length=1, max_length=3)], REQUIRED)),
    model("ListKinds", v=(list[Kind], [])),
    model("ListOptional", v=(Optional[list[str]], None)),
    model("ListNested", v=(list[Code], REQUIRED)),
    model("ListLists", v=(list[list[int]], REQUIRED)),
    model("SetOfText", v=(set[str], REQUIRED)),
    model("DequeBounded", v=(deque[Annotated[int, Field(ge=0)]], REQUIRED)),
    model("DictInts", v=(dict[str, int], REQUIRED)),
    model("DictAny", v=(dict, {})),
    model("DictPattern", v=(dict[Annotated[str, StringConstraints(pattern="^a")], int], REQUIRED)),
    model("DictKinds", v=(dict[Kind, float], REQUIRED)),
    model("AnyValue", v=(Any, REQUIRED)),
    model("AnyDefault", v=(Any, None)),
    model("NoneOnly", v=(None, None)),
    model("UnionScalars", v=(Union[int, str], REQUIRED)),
    model("UnionModels", v=(Union[Cat, Dog], REQUIRED)),
    model("Discriminated", v=(Annotated[Union[Cat, Dog], Field(discriminator="kind")], REQUIRED)),
    model("NestedClosed", v=(Closed, REQUIRED)),
    model("NestedOpen", v=(Open, REQUIRED)),
    model("NestedEmpty", v=(Empty, REQUIRED)),
    model("NestedDefault", v=(Code, Code(code=1))),
    model("NestedDeep", v=(Deep, REQUIRED)),
    model("NestedList", v=(Listed, REQUIRED)),
    model("Recursive", v=(Tree, REQUIRED)),
    model("Tupled", v=(Point, REQUIRED)),
    model("TypedDictionary", v=(Typed, REQUIRED)),
    model("DataClass", v=(Data, REQUIRED)),
    model("Forbids", ConfigDict(extra="forbid"), v=(int, REQUIRED)),
    model("Allows", ConfigDict(extra="allow"), v=(int, REQUIRED)),
    AllowsInts,
    model("Above", v=(Annotated[float, Field(gt=0, lt=1)], REQUIRED)),
    model("Multiple", v=(Annotated[float, Field(multiple_of=0.1)], REQUIRED)),
    model("Money", v=(Decimal, REQUIRED)),
    model("Day", v=(date, REQUIRED)),
    model("When", v=(AwareDatetime, REQUIRED)),
    model("Clock", v=(time, REQUIRED)),
    model("Delta", v=(timedelta, REQUIRED)),
    model("Identity", v=(UUID, REQUIRED)),
    model("Address", v=(IPvAnyAddress, REQUIRED)),
    model("Address4", v=(IPv4Address, REQUIRED)),
    model("Network", v=(IPv6Network, REQUIRED)),
    model("Place", v=(Path, REQUIRED)),
    model("Link", v=(AnyUrl, REQUIRED)),
    model("Bytes", v=(bytes, REQUIRED)),
    model("Coded", v=(Base64Bytes, REQUIRED)),
    model("Secret", v=(SecretStr, REQUIRED)),
    model("JsonText", v=(Json[list[int]], REQUIRED)),
    model("Size", v=(ByteSize, REQUIRED)),
    model("Annotated", v=(str, Field(title="A title", description="what it is\n\nmore",
                                     examples=["x", "y z"], deprecated=True))),
    model("Extra", v=(str, Field(json_schema_extra={"example": "x", "readOnly": True}))),
    model("Dashed", v=(str, Field(alias="run-id"))),
    model("Dotted", v=(int, Field(alias="run.id"))),
    model("Foreign", v=(int, Field(alias="größe"))),
    model("Options", version=(str, REQUIRED), timeout=(int, 5), label=(Optional[str], None)),
    model("WholeTime", timestamp=(NonNegativeInt, REQUIRED), v=(int, REQUIRED)),
    model("BoundedTime", timestamp=(PositiveFloat, REQUIRED), v=(PositiveInt, REQUIRED)),
    model("OptionalTime", timestamp=(Optional[NonNegativeFloat], None), v=(int, 1)),
    model("TextTime", timestamp=(datetime, REQUIRED), v=(int, 1)),
    model("NamedEvent", event=(Literal["named_event"], "named_event"), v=(int, REQUIRED)),
    model("OtherEvent", event=(Literal["other"], "other"), v=(int, REQUIRED)),
]

assert pydantic.VERSION.startswith("2.")
for one in MODELS:
    print(one.__name__, json.dumps(one.model_json_schema()), sep="\t")
