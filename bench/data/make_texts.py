#!/usr/bin/env python3
"""Writes about 181,000 real short texts with real metadata as JSON Lines, to measure on.

usage: make_texts.py OUT.jsonl

Needs Linux with apt; run "apt-get update" once before. Takes some ten seconds. The same package lists give the same file.

Where they come from: the Debian package index of this machine (one line a package; section, priority, size in kB, tags)
and the glosses of WordNet 3.0, from Debian's package wordnet-base (part of speech, lexical file, lemma). A text that
occurs twice is kept once. Each line: {"id", "text", "metadata": {"source", "section", ...}}.
"""
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def output(*command, cwd=None):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed: {done.stderr.strip()}")
    return done.stdout


def packages():
    field = re.compile(r"^([A-Z][A-Za-z0-9-]*): (.*(?:\n .*)*)", re.M)
    for block in output("apt-cache", "dumpavail").split("\n\n"):
        fields = dict(field.findall(block))
        if "Package" not in fields or "Description" not in fields:
            continue
        summary = fields["Description"].split("\n")[0].strip()
        tags = fields.get("Tag", "").replace("\n", " ").split(",")
        yield "deb:" + fields["Package"], f"{fields['Package']}: {summary}", {
            "source": "debian",
            "section": fields.get("Section", "none"),
            "priority": fields.get("Priority", "none"),
            "size_kb": int(fields.get("Installed-Size", 0)),
            "tags": sorted(tag.strip() for tag in tags if tag.strip()),
        }


def glosses():
    with tempfile.TemporaryDirectory() as folder:
        output("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", "wordnet-base", cwd=folder)
        package = next(Path(folder).glob("wordnet-base*.deb"))
        output("dpkg", "-x", str(package), folder)
        for part in ("noun", "verb", "adj", "adv"):
            for line in next(Path(folder).rglob("data." + part)).read_text().splitlines():
                if line.startswith("  "):  # the licence, at the top of each file
                    continue
                head, gloss = line.split(" | ", 1)
                words = head.split()
                lemma = words[4].replace("_", " ")
                yield f"wn:{part}:{words[0]}", f"{lemma}: {gloss.strip()}", {
                    "source": "wordnet",
                    "section": part,
                    "lexical_file": int(words[1]),
                    "lemma": lemma,
                    "words": int(words[3], 16),
                }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    missing = [tool for tool in ("apt-cache", "apt-get", "dpkg") if shutil.which(tool) is None]
    if missing:
        sys.exit(f"needs {', '.join(missing)}: the texts are Debian's package descriptions and its package of WordNet")
    seen = set()
    with open(sys.argv[1], "w", encoding="utf-8") as out:
        for source in (packages, glosses):
            for key, text, metadata in sorted(source()):
                if text not in seen:
                    seen.add(text)
                    json.dump({"id": key, "text": text, "metadata": metadata}, out, ensure_ascii=False)
                    out.write("\n")
    if len(seen) < 100_000:
        sys.exit(f"only {len(seen)} texts: is the package index there? Run \"apt-get update\" first")
    print(f"{len(seen)} texts")


main()
