#!/usr/bin/env python3
"""An application that works on the store while it is locked. Says on standard output, one JSON line each, which whole
contents it has brought to which file, or that it could not.

usage: application.py append|replace|create|hold STORE
"""

import json
import os
import sys


def say(**words):
    print(json.dumps(words), flush=True)


def brought(path, data, existed):
    say(path=path, data=data.hex(), existed=existed)


def append(path, hold=False):
    """Adds a line to a file, as a chat is continued; makes the file when it is gone."""
    line = f"\nand one more line for {os.path.basename(path)}, written in the middle\n".encode()
    try:
        try:
            file, existed = os.open(path, os.O_RDWR | os.O_APPEND), True
        except FileNotFoundError:
            file, existed = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644), False
    except OSError as error:
        say(failed=path, why=error.strerror)
        return
    if hold:
        say(holding=path)
        sys.stdin.readline()
    os.write(file, line)
    os.fsync(file)
    with open(f"/proc/self/fd/{file}", "rb") as again:
        data = again.read()
    os.close(file)
    brought(path, data, existed)


def replace(path):
    """Saves a file as most applications do: beside it, then renamed over it."""
    data = f"saved anew in the middle: {os.path.basename(path)}, with enough text to be told apart".encode()
    try:
        with open(path + ".tmp", "xb") as file:
            file.write(data)
            os.fsync(file.fileno())
        existed = os.path.lexists(path)
        os.rename(path + ".tmp", path)
        brought(path, data, existed)
    except OSError as error:
        say(failed=path, why=error.strerror)


def create(path):
    """Begins a new file, in a new folder where need be."""
    data = f"a new chat, begun in the middle: {os.path.basename(path)}, also long enough".encode()
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "xb") as file:
            file.write(data)
        brought(path, data, False)
    except OSError as error:
        say(failed=path, why=error.strerror)


def main():
    act, store = sys.argv[1:]
    names = ["letter.txt", "notes/chat.sqlite", "nothing at all", "twin one"]
    for name in names:
        path = os.path.join(store, name)
        if act == "append":
            append(path)
        elif act == "replace":
            replace(path)
        elif act == "create":
            create(path + " (new).txt")
    if act == "create":
        create(os.path.join(store, "begun", "chat.json"))
    if act == "hold":
        append(os.path.join(store, "notes/chat.sqlite"), hold=True)


if __name__ == "__main__":
    main()
