"""The telephone numbers of the demo's people: the same for the exchange's callers and for the demo data of its users.

Pure and fixed: number `i` is the same in every process and version.
"""

_PREFIXES = ("130", "131", "132", "133", "135", "136", "137", "138", "139", "150", "151", "152", "153", "155", "156", "157",
             "158", "159", "180", "181", "182", "183", "185", "186", "187", "188", "189")  # fmt: skip
_STRIDE = 48_271  # a primitive root of 2**31 - 1: neighbours look unrelated, and no two of the first millions are equal
_MODULUS = 99_999_989  # the largest prime below 10**8, so that the mapping is one to one
SOS_PREFIX = "9500"
HOTLINE = "96000"
SOS_LINE = "96001"


def demo_number(i: int) -> str:
    """Return the mobile number (11 digits, 13x, 15x or 18x) of the demo's person `i`, from 0 on."""
    return f"{_PREFIXES[i % len(_PREFIXES)]}{(i + 1) * _STRIDE % _MODULUS:08d}"


def demo_sos_number(i: int) -> str:
    """Return the number (8 digits, 9500xxxx) of the demo's SOS device `i`, from 0 to 9999."""
    return f"{SOS_PREFIX}{(i * 7919 + 1234) % 10_000:04d}"
