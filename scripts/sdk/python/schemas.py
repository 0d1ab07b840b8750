"""Twilio's own description of its API, and whether an answer is as it says."""

import json
import re
import urllib.parse
from datetime import datetime

import jsonschema

from sms_server import HERE

DESCRIPTION = json.loads((HERE / "twilio_verify_v2.json").read_text())
METHODS = {"get", "post", "delete"}
# What Twilio's SDKs read an error by.
ERROR = {"code", "message", "more_info", "status"}


class Formats(jsonschema.FormatChecker):
    """Checks formats, and lets none go by that it does not know."""

    def check(self, instance, format):
        if format not in self.checkers:
            raise AssertionError(f"nobody checks the format {format}")
        super().check(instance, format)


formats = Formats(formats=())


@formats.checks("date-time", raises=ValueError)
def is_time(value):
    """Exactly what the SDKs parse."""
    return not isinstance(value, str) or datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")


@formats.checks("uri", raises=ValueError)
def is_uri(value):
    """An absolute link."""
    if not isinstance(value, str):
        return True
    link = urllib.parse.urlsplit(value)
    return link.scheme in ("http", "https") and link.netloc != ""


@formats.checks("uri-map")
def is_uri_map(value):
    """Absolute links by name."""
    return not isinstance(value, dict) or all(map(is_uri, value.values()))


@formats.checks("int32")
def is_int32(value):
    """A number that fits into 32 bits."""
    return not isinstance(value, int) or -(2**31) <= value < 2**31


def as_json_schema(part):
    """A part of a description in OpenAPI 3.0, which has `nullable` in the place of a type, in the
    words of JSON Schema."""
    if isinstance(part, list):
        return [as_json_schema(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    part = {name: as_json_schema(entry) for name, entry in part.items()}
    if part.get("nullable") is True and "type" in part:
        part["type"] = [part["type"], "null"]
    return part


SCHEMAS = as_json_schema(DESCRIPTION)


def operations():
    """Every operation: a method and a path in which names stand for values."""
    return {
        (method, path)
        for path, of_path in DESCRIPTION["paths"].items() for method in METHODS & of_path.keys()
    }


def operation(method, path):
    """The operation that a request asks for: the one with the fewest names in its path."""
    def fits(template):
        return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)

    found = [(of, template) for of, template in operations() if of == method and fits(template)]
    return min(found, key=lambda one: one[1].count("{"), default=None)


def schema(method, template, status):
    """The schema of an answer; `None` if it has no body."""
    answers = SCHEMAS["paths"][template][method]["responses"]
    if str(status) not in answers:
        raise AssertionError(f"{method} {template} is not answered {status} by Twilio")
    content = answers[str(status)].get("content")
    return content and content["application/json"]["schema"]


def resolved(part):
    """A schema, or the one that it refers to."""
    reference = part.get("$ref")
    return SCHEMAS["components"]["schemas"][reference.rsplit("/", 1)[1]] if reference else part


def check(method, url, status, body):
    """Fails if an answer is not as Twilio describes it: its status, the types and formats of its
    members, and that all of them are there and no others. Gives the operation."""
    return check_value(method, url, status, json.loads(body) if body else None)


def check_value(method, url, status, value):
    """The same of a body that is parsed; `None` is none."""
    found = operation(method.lower(), urllib.parse.urlsplit(url).path)
    if status >= 400:
        check_error(status, value)
        return found
    if found is None:
        raise AssertionError(f"{method} {url} is answered {status}, but is no operation of Twilio's")
    of_body = schema(*found, status)
    if of_body is None:
        if value is not None:
            raise AssertionError(f"{method} {url} is answered {status} with a body")
        return found
    root = {"components": SCHEMAS["components"], "allOf": [of_body]}
    jsonschema.Draft202012Validator(root, format_checker=formats).validate(value)
    check_members(of_body, value, found)
    return found


def check_members(of_value, value, where):
    """Fails if a member is missing that Twilio names, or one is there that it does not name. The
    schemas themselves would allow both."""
    of_value = resolved(of_value)
    if isinstance(value, list):
        for entry in value:
            check_members(of_value.get("items", {}), entry, where)
    elif isinstance(value, dict) and "properties" in of_value:
        names = of_value["properties"].keys()
        if names != value.keys():
            raise AssertionError(f"{where}: {sorted(names ^ value.keys())} are missing or too many")
        for name, entry in value.items():
            check_members(of_value["properties"][name], entry, (*where, name))


def check_error(status, error):
    """Fails if a refusal is not of the one shape that Twilio's have."""
    of_error = schema("post", "/v2/Services/{ServiceSid}/Verifications", 429)
    jsonschema.Draft202012Validator(of_error, format_checker=formats).validate(error)
    if error.keys() != ERROR:
        raise AssertionError(f"an error has the members {sorted(error)}")
    link = f"https://www.twilio.com/docs/errors/{error['code']}"
    if (error["status"], error["more_info"]) != (status, link):
        raise AssertionError(f"an error answered {status} says {error}")
