#!/usr/bin/env python3
"""Writes the data of the benchmarks, invented and seeded, once; what is there already is kept.

usage: make-data.py FOLDER

  long/      an LM Studio home with two conversations of 1 GB, long texts
  single/    one conversation of 300 MB with long texts
  short/     one conversation of 256 MB, many short messages
  jan/       a Jan data folder of 10,000 threads
"""

import json
import os
import random
import sys
from pathlib import Path

WORDS = (
    "the of and to in is that for on with as was at by an be this which or from river harbour letter winter "
    "garden question answer engine window paper morning council ladder copper signal memory station thread "
    "größer straße café naïve 東京 данные").split()


def paragraph(rng: random.Random, size: int) -> str:
    """Text of about `size` bytes with the quotes and line feeds real answers have."""
    parts, length = [], 0
    while length < size:
        sentence = " ".join(rng.choice(WORDS) for _ in range(rng.randint(6, 18))).capitalize()
        sentence = f'"{sentence}."\n' if rng.random() < 0.1 else sentence + (".\n\n" if rng.random() < 0.15 else ". ")
        parts.append(sentence)
        length += len(sentence.encode())
    return "".join(parts)


def lm_message(rng, turn, texts):
    text = texts[turn % len(texts)]
    if turn % 2 == 0:
        return {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": text}]}],
                "currentlySelected": 0}
    return {"versions": [{"type": "multiStep", "role": "assistant", "senderInfo": {"senderName": "qwen3-8b"}, "steps": [
        {"type": "contentBlock", "stepIdentifier": f"{1750000000000 + turn * 1000}-0.{rng.randrange(10**15)}",
         "content": [{"type": "text", "text": text, "fromDraftModel": False, "tokensCount": len(text) // 4}],
         "defaultShouldIncludeInContext": True, "shouldIncludeInContext": True,
         "genInfo": {"indexedModelIdentifier": "qwen/qwen3-8b", "identifier": "qwen3-8b",
                     "stats": {"stopReason": "eosFound", "tokensPerSecond": 41.5, "totalTokensCount": 512}}}]}],
        "currentlySelected": 0}


def lm_conversation(path: Path, size: int, texts, seed: int):
    """One conversation of about `size` bytes whose messages go through `texts` in turn."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    partial = path.with_suffix(".partial")
    with open(partial, "w", encoding="utf-8") as out:
        out.write('{"name": "Benchmark", "pinned": false, "createdAt": 1750000000000, "messages": [')
        written, turn = 0, 0
        while written < size:
            line = (", " if turn else "") + json.dumps(lm_message(rng, turn, texts), ensure_ascii=False)
            written += len(line.encode())
            out.write(line)
            turn += 1
        out.write('], "usePerChatPredictionConfig": true, "clientInput": "", "notes": []}')
    partial.rename(path)


def jan_threads(folder: Path, count: int):
    if folder.exists():
        return
    rng = random.Random(5)
    partial = folder.with_suffix(".partial")
    for number in range(count):
        name = f"{rng.getrandbits(128):032x}"
        name = f"{name[:8]}-{name[8:12]}-4{name[13:16]}-a{name[17:20]}-{name[20:]}"
        thread = partial / "threads" / name
        thread.mkdir(parents=True)
        begun = 1750000000 + number * 60
        (thread / "thread.json").write_text(json.dumps({
            "id": name, "object": "thread", "title": f"Thread {number}", "created": begun + 0.25, "updated": begun + 9.5,
            "assistants": [{"id": "jan", "name": "Jan", "model": {"id": "qwen3-4b", "engine": "llamacpp"}}],
            "metadata": {"order": number}}, indent=2))
        with open(thread / "messages.jsonl", "w") as out:
            for turn in range(6):
                out.write(json.dumps({
                    "id": f"01J{number:010d}{turn:013d}", "object": "thread.message", "thread_id": name,
                    "role": "assistant" if turn % 2 else "user", "type": "text", "status": "ready",
                    "content": [{"type": "text", "text": {"value": paragraph(rng, 150), "annotations": []}}],
                    "created_at": (begun + turn) * 1000, "completed_at": (begun + turn) * 1000,
                    "metadata": {"assistant": {"id": "jan", "name": "Jan"}}}) + "\n")
    partial.rename(folder)


def main():
    root = Path(sys.argv[1])
    rng = random.Random(11)
    long_texts = [paragraph(rng, 2000 + 400 * (n % 11)) for n in range(64)]
    short_texts = [paragraph(rng, 40 + 8 * (n % 9)) for n in range(64)]
    for number in (1, 2):
        lm_conversation(
            root / f"long/.lmstudio/conversations/175000000000{number}.conversation.json", 10**9, long_texts, number)
    lm_conversation(root / "single/.lmstudio/conversations/1750000000009.conversation.json", 3 * 10**8, long_texts, 9)
    lm_conversation(root / "short/.lmstudio/conversations/1750000000008.conversation.json", 1 << 28, short_texts, 8)
    jan_threads(root / "jan", 10_000)
    print(f"data in {root}: {sum(f.stat().st_size for f in root.rglob('*') if f.is_file()) / 1e9:.1f} GB", file=sys.stderr)


if __name__ == "__main__":
    os.umask(0o022)
    main()
