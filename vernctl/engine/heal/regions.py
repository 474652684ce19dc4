"""Countries by their numbering plans: what a number without a country's code needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from vernctl.engine.heal.meaning import country_of

#: What people call the numbers of a country, where that is not its name.
_ADJECTIVES = {
    "german": "DE", "austrian": "AT", "swiss": "CH", "french": "FR", "italian": "IT",
    "spanish": "ES", "portuguese": "PT", "dutch": "NL", "belgian": "BE", "british": "GB",
    "english": "GB", "irish": "IE", "american": "US", "canadian": "CA", "australian": "AU",
    "danish": "DK", "swedish": "SE", "norwegian": "NO", "finnish": "FI", "polish": "PL",
    "czech": "CZ", "hungarian": "HU", "greek": "GR", "turkish": "TR", "indian": "IN",
    "japanese": "JP", "chinese": "CN", "brazilian": "BR", "mexican": "MX", "us": "US",
}  # fmt: skip


class Numbering(NamedTuple):
    """A country's plan: calling code, trunk prefix, and the RE2 pattern of a national number.

    ``needs_trunk``: a number that is whole begins with the prefix there; one without may be a
    local one, short of its area code, however well it fits the pattern.
    """

    calling_code: str
    trunk: str
    valid: str
    needs_trunk: bool


def region_named(text: str) -> str | None:
    """The ISO 3166 code of a country that a text names (Germany, DE, German), or None."""
    region = _ADJECTIVES.get(text.strip().casefold()) or country_of(text)
    return region if region is not None and numbering_of(region) is not None else None


@lru_cache(maxsize=256)
def numbering_of(region: str) -> Numbering | None:
    """The plan of a region; None where it has none, or rewrites numbers as they are dialled."""
    from phonenumbers import SUPPORTED_REGIONS, PhoneMetadata

    if region not in SUPPORTED_REGIONS:
        return None
    plan = PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.national_prefix_transform_rule:
        return None
    trunk = plan.national_prefix or ""
    kinds = (
        *(plan.fixed_line, plan.mobile, plan.toll_free, plan.premium_rate, plan.shared_cost),
        *(plan.personal_number, plan.voip, plan.pager, plan.uan, plan.voicemail),
    )
    patterns = [kind.national_number_pattern for kind in kinds if kind is not None]
    valid = "|".join(dict.fromkeys(pattern for pattern in patterns if pattern))
    if not valid or (trunk and not trunk.isdigit()):
        return None
    code = str(plan.country_code)
    return Numbering(code, trunk, valid, trunk not in ("", code) and _written_with(trunk, region))


def _written_with(trunk: str, region: str) -> bool:
    """Whether a region's numbers are written with the prefix, as its example number is."""
    from phonenumbers import PhoneNumberFormat, example_number, format_number

    number = example_number(region)
    written = "" if number is None else format_number(number, PhoneNumberFormat.NATIONAL)
    return "".join(sign for sign in written if sign.isdigit()).startswith(trunk)


def valid_share(numbers: Mapping[str, int], region: str) -> float:
    """The share of cells whose numbers, dialled within a region, are valid ones there."""
    total = sum(numbers.values())
    good = sum(cells for number, cells in numbers.items() if _is_valid(number, region))
    return good / total if total else 0.0


def regions_of(numbers: Mapping[str, int]) -> dict[str, int]:
    """Region → cells, of the numbers that tell it themselves and are valid; '' for the others."""
    found: dict[str, int] = {}
    for number, cells in numbers.items():
        region = _region(number) or ""
        found[region] = found.get(region, 0) + cells
    return found


def invalid_among(numbers: Iterable[str], region: str | None) -> list[str]:
    """The numbers that the numbering plans do not know."""
    return [number for number in numbers if not _is_valid(number, region)]


def _is_valid(number: str, region: str | None) -> bool:
    from phonenumbers import NumberParseException, is_valid_number, parse

    try:
        return is_valid_number(parse(number, region))
    except NumberParseException:
        return False


def _region(number: str) -> str | None:
    from phonenumbers import NumberParseException, is_valid_number, parse, region_code_for_number

    try:
        parsed = parse(number, None)
    except NumberParseException:
        return None
    return region_code_for_number(parsed) if is_valid_number(parsed) else None
