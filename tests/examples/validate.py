"""Prints the mistakes in JSON files according to a JSON Schema: validate.py SCHEMA FILE..."""

import json
import sys
from pathlib import Path

from jsonschema.validators import validator_for


def read(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


schema = read(sys.argv[1])
kind = validator_for(schema)
kind.check_schema(schema)
for path in sys.argv[2:]:
    for error in kind(schema).iter_errors(read(path)):
        print(f"{path}: {error.json_path}: {error.message}")
