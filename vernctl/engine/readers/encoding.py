"""Which encoding a text file is in: its mark, else UTF-8 if valid, else the likeliest code page."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import NamedTuple, TextIO

_CHUNK = 1 << 20
#: How much text with letters beyond ASCII is weighed to tell code pages apart.
_EVIDENCE = 64 << 10
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEBREW = "אבגדהוזחטיכךלמםנןסעפףצץקרשת"
#: The letters beyond ASCII that each language writes, and the code pages that its software uses.
#: A code page is believed when its reading stays inside the letters of ONE language: read wrongly,
#: Czech is a mixture of French, Danish and Italian. The first of equals wins.
_LETTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("äöüßé", ("cp1252", "cp850", "mac_roman")),
    ("àâæçéèêëîïôœùûüÿ", ("cp1252", "cp850", "mac_roman")),
    ("áéíñóúüçàèòï", ("cp1252", "cp850", "mac_roman")),
    ("áâãàçéêíóôõúü", ("cp1252", "cp850", "mac_roman")),
    ("àèéìíîòóùú", ("cp1252", "cp850", "mac_roman")),
    ("åäöæøéü", ("cp1252", "cp850", "mac_roman")),
    ("ëïéèöüáóíê", ("cp1252", "cp850", "mac_roman")),
    ("áðéíóúýþæö", ("cp1252",)),
    ("áčďéěíňóřšťúůýž", ("cp1250", "iso8859_2", "cp852")),
    ("ąćęłńóśźż", ("cp1250", "iso8859_2", "cp852")),
    ("áéíóöőúüű", ("cp1250", "iso8859_2", "cp852")),
    ("áäčďéíĺľňóôŕšťúýž", ("cp1250", "iso8859_2", "cp852")),
    ("čćđšž", ("cp1250", "iso8859_2", "cp852")),
    ("ăâîşţșț", ("cp1250", "iso8859_2", "iso8859_16")),
    ("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", ("cp1251", "koi8_r", "cp866")),
    ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", ("cp1251", "koi8_u")),
    ("άέήίαβγδεζηθικλμνξοπρστυφχψωςόύώϊϋ", ("cp1253", "iso8859_7")),
    ("âçğıîöşüûİ", ("cp1254",)),
    ("āčēģīķļņšūž", ("cp1257",)),
    ("ąčęėįšųūž", ("cp1257",)),
    ("õäöüšž", ("cp1257",)),
    (_HEBREW, ("cp1255",)),
    ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", ("cp1256",)),
)
#: A list of customers from all over a region fits no single language; then its letters together.
_REGIONS: tuple[tuple[str, str], ...] = (
    ("äöüßéàâæçèêëîïôœùûÿáíñóúòãõåøðýþìı", "cp1252"),
    ("äöüßéáčďěíňóřšťúůýžąćęłńśźżőűĺľŕôâăîşţçë", "cp1250"),
)
#: Punctuation and signs that say nothing about the language.
_NEUTRAL = frozenset("€£¥¢§©®™°±²³¹¼½¾µ·«»‘’‚“”„–—…•ªº¡¿×÷\xa0\xad´`¨№")
#: Written without an alphabet: left to charset-normalizer where no alphabet fits.
_IDEOGRAPHS = ["shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
_FITS = 0.9
#: The share of vowels in Cyrillic text is near 0.4; Hebrew bytes read as Cyrillic have far fewer.
_CYRILLIC_VOWELS = frozenset("аеёиоуыэюяіїє")
_FEWEST_VOWELS = 0.32


class Encoding(NamedTuple):
    """A codec's name, and how many characters of the file are not valid in it.

    ``errors``: the handler to open the file with: ``replace``, or ``MIXED``, which reads a byte
    that is no UTF-8 as Windows-1252, as it was where somebody glued two exports together.
    """

    codec: str
    damaged: int = 0
    errors: str = "replace"

    def open(self, path: Path, *, newline: str | None = None) -> TextIO:
        """The file as text in this encoding; whatever is not valid in it stops nobody."""
        return path.open(encoding=self.codec, errors=self.errors, newline=newline)


def _as_windows(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


MIXED = "vernctl-mixed"
codecs.register_error(MIXED, _as_windows)


def detect_encoding(path: Path) -> Encoding:
    """The encoding of a text file, the same for the same bytes always."""
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(codec, _damage(path, codec))
    if wide := _utf16_without_mark(head):
        return Encoding(wide, _damage(path, wide))
    if not (damaged := _damage(path, "utf-8")):
        return Encoding("utf-8")
    if _is_mostly_utf8(path):
        return Encoding("utf-8", damaged, MIXED)
    codec = _code_page(_lines_beyond_ascii(path))
    return Encoding(codec, _damage(path, codec))


def is_wide(head: bytes) -> bool:
    """Whether a file with this beginning is UTF-16 or UTF-32: its zeros are part of characters."""
    marks = tuple(mark for mark, codec in _MARKS if codec != "utf-8-sig")
    return head.startswith(marks) or _utf16_without_mark(head) is not None


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 shows as a zero in every other byte of mostly Latin text."""
    sample = head[: len(head) & ~1][:8192]
    if len(sample) < 4:
        return None
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    # Other alphabets have a zero only beside line ends, digits and delimiters, always on one side.
    for codec, zeros, others in (
        ("utf-16-le", sample[1::2].count(0), sample[0::2].count(0)),
        ("utf-16-be", sample[0::2].count(0), sample[1::2].count(0)),
    ):
        if zeros > 0.02 * half and not others and _is_text(sample, codec):
            return codec
    return None


def _is_text(sample: bytes, codec: str) -> bool:
    """Whether the reading is text of lines: letters and signs, and some of them ASCII."""
    text = sample.decode(codec, "replace")
    ascii_share = sum(map(str.isascii, text)) / len(text)
    printable = sum(char.isprintable() or char.isspace() for char in text) / len(text)
    return "\n" in text and ascii_share > 0.02 and printable > 0.99


def _damage(path: Path, codec: str) -> int:
    """How many replacement characters decoding leaves that are not in the file as such."""
    decoder = codecs.getincrementaldecoder(codec)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _count_replaced(path, codec)
    return 0


def _count_replaced(path: Path, codec: str) -> int:
    decoder = codecs.getincrementaldecoder(codec)("replace")
    count = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            count += decoder.decode(chunk).count("\ufffd")
    return count + decoder.decode(b"", final=True).count("\ufffd") or 1


def _is_mostly_utf8(path: Path) -> bool:
    """Whether most lines beyond ASCII are UTF-8: a code page's letters hardly ever look like it."""
    valid = broken = 0
    with path.open("rb") as file:
        while line := file.readline(_CHUNK):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                valid += 1
            except UnicodeDecodeError:
                broken += 1
    return valid > broken


def _lines_beyond_ascii(path: Path) -> bytes:
    lines: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < _EVIDENCE and (line := file.readline(_CHUNK)):
            if not line.isascii():
                lines.append(line[:4096])
                size += len(lines[-1])
    return b"".join(lines)


def _code_page(evidence: bytes) -> str:
    best, best_score = "cp1252", 0.0
    for letters, codecs_of_language in _LETTERS:
        for codec in codecs_of_language:
            score = _fit(evidence.decode(codec, "replace"), letters)
            if score > best_score:
                best, best_score = codec, score
    if best_score >= _FITS:
        return _hebrew_unless_spoken(best, evidence)
    for letters, codec in _REGIONS:
        score = _fit(evidence.decode(codec, "replace"), letters)
        if score > best_score:
            best, best_score = codec, score
    if best_score >= _FITS:
        return best
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    guess = from_bytes(evidence, cp_isolation=_IDEOGRAPHS, enable_fallback=False).best()
    return guess.encoding if guess is not None else best


def _hebrew_unless_spoken(codec: str, evidence: bytes) -> str:
    """cp1255 where a Cyrillic reading has too few vowels and no capital: Hebrew bytes are Cyrillic
    small letters in cp1251, every one of them, and only what they spell tells the two apart."""
    if codec not in ("cp1251", "koi8_r", "koi8_u"):
        return codec
    if _fit(evidence.decode("cp1255", "replace"), _HEBREW) < _FITS:
        return codec
    letters = [char for char in evidence.decode("cp1251", "replace") if char >= "\u0400"]
    spoken = sum(char in _CYRILLIC_VOWELS for char in letters) > _FEWEST_VOWELS * len(letters)
    return codec if spoken or any(map(str.isupper, letters)) else "cp1255"


def _fit(text: str, letters: str) -> float:
    """The share of characters beyond ASCII that the language writes, in words cased as words are.

    A word does not mix alphabets: a Cyrillic letter beside a Latin one is a misreading. Text with
    nothing but signs fits every language just enough.
    """
    known = frozenset(letters + letters.upper())
    own_alphabet = letters[0] >= "\u0370"
    seen = fits = 0
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if not char.isascii() and char not in _NEUTRAL:
            seen += 1
            in_word = before.isalpha() or after.isalpha()
            mixed = own_alphabet and (_is_latin(before) or _is_latin(after))
            cased = not (char.isupper() and before.islower())
            fits += in_word and char in known and cased and not mixed
    return fits / seen if seen else _FITS


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()
