"""Make an object file with the data of ICU that a static binary needs, without those of languages, countries and encodings.

  trim-icu.py ARCHIVE OBJECT      prints the symbol that the archive has them under; the object has __wrap_ before it

Foundation brings ICU along, whose data is 34 MB: how each language writes dates, sorts, and breaks lines, and the tables of
old encodings. memsh writes dates as ISO 8601, sorts by bytes and reads UTF-8. What is left is the root of each kind, which
every language falls back to, and English. Uses the clang and llvm-ar of the toolchain. Used by scripts/build-release."""
import os
import re
import shutil
import struct
import subprocess
import sys

MEMBER = "icu_packaged_data.cpp.o"
# The name of a language with its script, country and variants; `root`, `pool` and the tables beside them are none.
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Za-z0-9]*)*")
ALWAYS = {"root", "pool", "res_index", "en", "en_US", "en_US_POSIX"}
LEFT_OUT = (".cnv", ".spp", ".dict", ".cfu")


def is_kept(name):
    """Whether the binary takes an item, named without the name of the package."""
    folder, base = os.path.split(name)
    stem, kind = os.path.splitext(base)
    if kind in LEFT_OUT or folder == "translit" or name == "unames.icu":
        return False
    return kind != ".res" or stem in ALWAYS or LANGUAGE.fullmatch(stem) is None


def package(member):
    """The data in an object file: it begins with its header, and its kind is CmnD."""
    for match in re.finditer(rb"\xda\x27.{8}CmnD", member, re.DOTALL):
        return member[match.start() - 2:]
    raise SystemExit(f"trim-icu.py: {MEMBER} has no data of ICU")


def items(data):
    """The names and the bytes of all items, and the header."""
    (start,) = struct.unpack_from("<H", data)
    (count,) = struct.unpack_from("<I", data, start)
    entries = [struct.unpack_from("<II", data, start + 4 + 8 * number) for number in range(count)]
    ends = [offset for _, offset in entries[1:]] + [len(data) - start]
    names = [data[start + name:data.index(b"\0", start + name)].decode() for name, _ in entries]
    return data[:start], [
        (name, data[start + offset:start + end]) for name, (_, offset), end in zip(names, entries, ends)]


def packed(header, kept):
    """The data with some items only: a table of their names and places, then the items, each at a multiple of 16 bytes."""
    names, table, place = b"", [], 4 + 8 * len(kept)
    for name, _ in kept:
        table.append(place + len(names))
        names += name.encode() + b"\0"
    body, place = b"", place + len(names)
    entries = b""
    for (_, content), name in zip(kept, table):
        body += b"\xaa" * (-(place + len(body)) % 16)
        entries += struct.pack("<II", name, place + len(body))
        body += content
    return header + struct.pack("<I", len(kept)) + entries + names + body


def main(archive, made):
    tools = os.path.join(os.path.dirname(os.path.realpath(shutil.which("swift"))), "")
    member = subprocess.run([tools + "llvm-ar", "p", archive, MEMBER], check=True, capture_output=True).stdout
    header, every = items(package(member))
    prefix = every[0][0].split("/")[0] + "/"
    kept = [(name, content) for name, content in every if is_kept(name.removeprefix(prefix))]
    # A language that is left out stands at the end, so that nothing behind the data is taken for a part of it.
    if len(header) % 16 or kept[-1] == every[-1] or not 50 < len(kept) < len(every) / 10:
        raise SystemExit("trim-icu.py: this ICU has other data than those that are known")
    symbol = prefix.removesuffix("l/") + "_dat"
    data, source = made + ".dat", made + ".S"
    with open(data, "wb") as file:
        file.write(packed(header, kept))
    with open(source, "w", encoding="utf-8") as file:
        file.write(f""".section .rodata
.balign 16
.globl __wrap_{symbol}
.type __wrap_{symbol}, %object
__wrap_{symbol}: .incbin "{data}"
.size __wrap_{symbol}, . - __wrap_{symbol}
.section .note.GNU-stack, "", %progbits
""")
    subprocess.run([tools + "clang", "-c", source, "-o", made], check=True)
    print(symbol)


main(*sys.argv[1:])
