#!/usr/bin/env python3
"""Writes an Open WebUI database for the benchmarks: 12,000 chats with 134,000 messages, about 1.9 GB.

usage: make-openwebui-db.py OUT [--chats N]

Invented and seeded. Each chat has its tree and the linear copy of the shown branch, as the application writes them;
some messages carry a picture of 500 KB inline.
"""

import argparse
import base64
import json
import random
import sqlite3
from pathlib import Path

WORDS = ("the of and to in is that for on with as was at by an be this which or from river harbour letter winter garden "
         "question answer engine window paper morning council ladder copper signal memory station thread über café").split()


def paragraph(rng, size):
    parts, length = [], 0
    while length < size:
        sentence = " ".join(rng.choice(WORDS) for _ in range(rng.randint(6, 18))).capitalize()
        sentence = f'"{sentence}."\n' if rng.random() < 0.1 else sentence + (".\n\n" if rng.random() < 0.15 else ". ")
        parts.append(sentence)
        length += len(sentence)
    return "".join(parts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--chats", type=int, default=12000)
    given = parser.parse_args()
    rng = random.Random(17)
    # Texts and pictures are made once and used in turn: what is read does not care, and writing takes seconds.
    texts = [paragraph(rng, 1500 + 360 * (n % 15)) for n in range(97)]
    pictures = ["data:image/png;base64," + base64.b64encode(rng.randbytes(375_000)).decode() for _ in range(8)]
    partial = given.out.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    db = sqlite3.connect(partial)
    db.executescript("""
        PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
        INSERT INTO alembic_version VALUES ('3781e22d8b01');
        CREATE TABLE user (id VARCHAR(255) PRIMARY KEY, name VARCHAR, email VARCHAR, role VARCHAR, created_at BIGINT);
        CREATE TABLE auth (id VARCHAR(255) PRIMARY KEY, email VARCHAR, password TEXT, active BOOLEAN);
        CREATE TABLE chat (id VARCHAR(255) NOT NULL PRIMARY KEY, user_id VARCHAR(255) NOT NULL, title TEXT NOT NULL,
          share_id VARCHAR(255), archived INTEGER NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
          chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}' NOT NULL, folder_id TEXT);
    """)
    turn = 0
    for number in range(given.chats):
        chat_id = f"{rng.getrandbits(128):032x}"
        begun = 1700000000 + number * 97
        count = 10 + (number % 6 > 1) + (number % 6 > 1 and number % 4 != 3)
        messages, parent = {}, None
        for index in range(count):
            key = f"{rng.getrandbits(128):032x}"
            key = f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}"
            message = {"id": key, "parentId": parent, "childrenIds": [], "role": "assistant" if index % 2 else "user",
                       "content": texts[turn % len(texts)], "timestamp": begun + index}
            if index % 2:
                message |= {"model": "llama3.1:8b", "modelName": "llama3.1:8b", "modelIdx": 0, "done": True}
            else:
                message["models"] = ["llama3.1:8b"]
                if turn % 70 == 0:
                    message["files"] = [{"type": "image", "url": pictures[turn // 70 % len(pictures)]}]
            if parent:
                messages[parent]["childrenIds"].append(key)
            messages[key] = message
            parent = key
            turn += 1
        body = {"id": "", "title": f"Chat {number}", "models": ["llama3.1:8b"], "params": {},
                "history": {"messages": messages, "currentId": parent}, "messages": list(messages.values()),
                "tags": [], "timestamp": begun * 1000, "files": []}
        db.execute("INSERT INTO chat VALUES (?,?,?,NULL,0,?,?,?,0,'{}',NULL)", (
            chat_id, "user-1", f"Chat {number}", begun, begun + count, json.dumps(body)))
    db.commit()
    db.close()
    partial.rename(given.out)
    print(f"{given.chats} chats, {turn} messages, {given.out.stat().st_size / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
