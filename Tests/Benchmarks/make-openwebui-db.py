#!/usr/bin/env python3
"""Writes a large Open WebUI database, invented and seeded, to measure against.

usage: make-openwebui-db.py OUT [--chats N] [--rows] [--seed N]

OUT becomes a `webui.db` of 12,000 chats and about 132,000 messages in 1.9 GB. A chat's document has each message
twice, in the tree and in the linear copy, as the web client saves it; every fortieth chat carries pictures of half
a megabyte as data URLs. With --rows the table chat_message holds each message once more.
"""

import argparse
import json
import os
import random
import sqlite3
import uuid

WORDS = (
    "the of and to in is that for on with as was at by an be this which or from river harbour letter winter garden "
    "question answer engine window paper morning council ladder copper signal memory station thread größer straße "
    "café naïve 東京 данные function return value index").split()
MODELS = ["llama3.2:3b", "qwen3:8b", "mistral-nemo:12b", "gemma3:4b"]
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def paragraphs(rng, size):
    parts, length = [], 0
    while length < size:
        words = " ".join(rng.choice(WORDS) for _ in range(rng.randint(8, 20)))
        part = words.capitalize() + (".\n\n" if rng.random() < 0.12 else '." ' if rng.random() < 0.05 else ". ")
        parts.append(part)
        length += len(part)
    return "".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--chats", type=int, default=12_000)
    parser.add_argument("--rows", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(given.seed)
    if os.path.exists(given.out):
        os.remove(given.out)
    db = sqlite3.connect(given.out, isolation_level=None)
    db.executescript("""
        PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;
        CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
        INSERT INTO alembic_version VALUES ('0bd252b206fb');
        CREATE TABLE user (id VARCHAR NOT NULL, name VARCHAR, email VARCHAR, role VARCHAR, profile_image_url TEXT,
          last_active_at BIGINT, updated_at BIGINT, created_at BIGINT, PRIMARY KEY (id));
        CREATE TABLE chat (id VARCHAR NOT NULL, user_id VARCHAR, title TEXT, created_at BIGINT, updated_at BIGINT, share_id TEXT,
          archived BOOLEAN, chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}' NOT NULL, folder_id TEXT, tasks JSON, summary TEXT,
          last_read_at BIGINT, current_message_id TEXT, variables JSON, timer_at BIGINT, PRIMARY KEY (id), UNIQUE (share_id));
        CREATE TABLE chat_message (id TEXT NOT NULL, chat_id TEXT NOT NULL, user_id TEXT, role TEXT NOT NULL, parent_id TEXT,
          content JSON, output JSON, model_id TEXT, files JSON, sources JSON, embeds JSON, done BOOLEAN, status_history JSON,
          error JSON, usage JSON, created_at BIGINT, updated_at BIGINT, context_summary TEXT, meta JSON, PRIMARY KEY (id));
    """)
    users = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(3)]
    for number, user in enumerate(users):
        db.execute("INSERT INTO user VALUES (?, ?, ?, 'user', '', 0, 0, 0)", (user, f"User {number}", f"u{number}@example.org"))
    # Texts are written as JSON once and used again: what is measured is reading.
    asked = [json.dumps(paragraphs(rng, rng.randint(40, 900)), ensure_ascii=False) for _ in range(300)]
    told = [json.dumps(paragraphs(rng, int(rng.paretovariate(1.6) * 4250)), ensure_ascii=False) for _ in range(900)]
    picture = bytes(rng.choice(LETTERS) for _ in range(66_000)).decode() * 8
    clock, messages = 1_700_000_000, 0
    db.execute("BEGIN")
    for number in range(given.chats):
        chat = str(uuid.UUID(int=rng.getrandbits(128), version=4))
        clock += 600
        ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(rng.randint(3, 19))]
        model = rng.choice(MODELS)
        bodies = []
        for turn, key in enumerate(ids):
            time = clock + turn * 20
            parent = f'"{ids[turn - 1]}"' if turn else "null"
            children = f'["{ids[turn + 1]}"]' if turn + 1 < len(ids) else "[]"
            if turn % 2 == 0:
                files = ""
                if number % 40 == 0 and turn == 0:
                    files = f', "files": [{{"type": "image", "url": "data:image/png;base64,{picture}"}}]'
                body = (f'{{"id": "{key}", "parentId": {parent}, "childrenIds": {children}, "role": "user", '
                        f'"content": {rng.choice(asked)}{files}, "timestamp": {time}, "models": ["{model}"]}}')
            else:
                body = (f'{{"parentId": {parent}, "id": "{key}", "childrenIds": {children}, "role": "assistant", '
                        f'"content": {rng.choice(told)}, "model": "{model}", "modelName": "{model}", "modelIdx": 0, '
                        f'"timestamp": {time}, "done": true, "usage": {{"total_duration": 8123456789, "eval_count": 512, '
                        f'"prompt_tokens": 311}}, "lastSentence": "That is all."}}')
            bodies.append(body)
            if given.rows:
                db.execute(
                    "INSERT INTO chat_message (id, chat_id, user_id, role, parent_id, content, model_id, done, created_at, updated_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?)",
                    (f"{chat}-{key}", chat, users[number % 3], "user" if turn % 2 == 0 else "assistant", ids[turn - 1] if turn else None,
                     rng.choice(asked if turn % 2 == 0 else told), None if turn % 2 == 0 else model, time, time))
        messages += len(ids)
        tree = ", ".join(f'"{key}": {body}' for key, body in zip(ids, bodies))
        document = (f'{{"id": "", "title": "Chat {number}", "models": ["{model}"], "params": {{}}, "history": {{"messages": {{{tree}}}, '
                    f'"currentId": "{ids[-1]}"}}, "messages": [{", ".join(bodies)}], "tags": [], "timestamp": {clock * 1000}, "files": []}}')
        db.execute(
            "INSERT INTO chat (id, user_id, title, created_at, updated_at, archived, chat, pinned, meta, current_message_id) "
            "VALUES (?, ?, ?, ?, ?, 0, ?, 0, '{}', ?)",
            (chat, users[number % 3], f"Chat {number}", clock, clock + 400, document, ids[-1]))
    db.execute("COMMIT")
    db.close()
    print(f"{given.chats} chats, {messages} messages, {os.path.getsize(given.out) / 1e9:.2f} GB")


if __name__ == "__main__":
    main()
