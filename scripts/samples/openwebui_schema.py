"""The tables of Open WebUI's database as its releases have them, for the sample generator.

Two lines of databases exist. One was begun by the peewee migrations of 0.1 to 0.3 and keeps their order of
columns and their declared types (times are integers in columns declared DATETIME); the other was begun by
alembic. Only tables that hold something in the samples are here.
"""

from __future__ import annotations

import sqlite3

# Release and the alembic revision that is its head, in order.
RELEASES = [
    ("0.3.20", "ca81bd47c050"), ("0.3.35", "4ace53fd72c8"), ("0.4.8", "922e7a387820"), ("0.5.20", "3781e22d8b01"),
    ("0.6.20", "d31026856c01"), ("0.6.43", "c440947495f3"), ("0.8.0", "a1b2c3d4e5f6"), ("0.8.12", "b2c3d4e5f6a7"),
    ("0.9.0", "56359461a091"), ("0.9.6", "461111b60977"), ("0.10.0", "42e2978c7933"), ("0.11.0", "f0bd01a18a3d"),
    ("0.11.4", "d4c1a8e37b62"), ("0.12.0", "b8f2c6d91a04"), ("0.12.4", "0bd252b206fb"),
]
ORDER = [name for name, _ in RELEASES]

PEEWEE_STEPS = [
    "001_initial_schema", "002_add_local_sharing", "003_add_auth_api_key", "004_add_archived", "005_add_updated_at",
    "006_migrate_timestamps_and_charfields", "007_add_user_last_active_at", "008_add_memory", "009_add_models",
    "010_migrate_modelfiles_to_models", "011_add_user_settings", "012_add_tools", "013_add_user_info",
    "014_add_files", "015_add_functions", "016_add_valves_and_is_active", "017_add_user_oauth_sub",
    "018_add_function_is_global",
]


def reached(release: str, since: str) -> bool:
    """Whether `release` is `since` or a later one."""
    return ORDER.index(release) >= ORDER.index(since)


def peewee(step: int) -> dict[str, str]:
    """The columns of the tables after a migration of the first kind; 0 is before there were migrations."""
    text = "VARCHAR(255) NOT NULL"
    chat = f'"id" {text}, "user_id" {text}, "title" {"TEXT NOT NULL" if step >= 6 else text}, "chat" TEXT NOT NULL'
    if step >= 2:
        chat += ', "share_id" VARCHAR(255)'
    if step >= 4:
        chat += ', "archived" INTEGER NOT NULL'
    chat += ', "created_at" DATETIME NOT NULL, "updated_at" DATETIME NOT NULL' if step >= 5 else ', "timestamp" INTEGER NOT NULL'
    user = f'"id" {text}, "name" {text}, "email" {text}, "role" {text}, "profile_image_url" {text}'
    user += ', "timestamp" INTEGER NOT NULL' if step < 7 else (
        ', "api_key" VARCHAR(255), "created_at" INTEGER NOT NULL, "updated_at" INTEGER NOT NULL, "last_active_at" INTEGER NOT NULL')
    tables = {
        "auth": f'"id" {text}, "email" {text}, "password" {text}, "active" INTEGER NOT NULL',
        "user": user,
        "chat": chat,
        "chatidtag": f'"id" {text}, "tag_name" {text}, "chat_id" {text}, "user_id" {text}, "timestamp" INTEGER NOT NULL',
        "document": f'"id" INTEGER NOT NULL PRIMARY KEY, "collection_name" {text}, "name" {text}, "title" {text}, '
                    f'"filename" {text}, "content" TEXT, "user_id" {text}, "timestamp" INTEGER NOT NULL',
        "prompt": f'"id" INTEGER NOT NULL PRIMARY KEY, "command" {text}, "user_id" {text}, "title" {text}, '
                  '"content" TEXT NOT NULL, "timestamp" INTEGER NOT NULL',
    }
    if step >= 1:
        tables["migratehistory"] = '"id" INTEGER NOT NULL PRIMARY KEY, "name" VARCHAR(255) NOT NULL, "migrated_at" DATETIME NOT NULL'
    if step >= 8:
        tables["memory"] = f'"id" {text}, "user_id" {text}, "content" TEXT NOT NULL, "updated_at" INTEGER NOT NULL, "created_at" INTEGER NOT NULL'
    if step >= 14:
        tables["file"] = '"id" TEXT NOT NULL, "user_id" TEXT NOT NULL, "filename" TEXT NOT NULL, "meta" TEXT NOT NULL, "created_at" INTEGER NOT NULL'
    return tables


def alembic(release: str, upgraded: bool) -> dict[str, str]:
    """The columns of the tables of a release, in a database that was upgraded from 0.3 or in a new one."""
    has = lambda since: reached(release, since)  # noqa: E731
    if not has("0.3.35"):
        chat = peewee(18)["chat"] if upgraded else (
            "id VARCHAR NOT NULL, user_id VARCHAR, title TEXT, chat TEXT, created_at BIGINT, updated_at BIGINT, "
            "share_id TEXT, archived BOOLEAN, PRIMARY KEY (id), UNIQUE (share_id)")
    else:
        chat = (
            "id VARCHAR(255) NOT NULL, user_id VARCHAR(255) NOT NULL, title TEXT NOT NULL, share_id VARCHAR(255), "
            "archived INTEGER NOT NULL, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL"
            if upgraded else
            "id VARCHAR NOT NULL, user_id VARCHAR, title TEXT, created_at BIGINT, updated_at BIGINT, share_id TEXT, archived BOOLEAN")
        chat += ", chat JSON, pinned BOOLEAN, meta JSON DEFAULT '{}' NOT NULL, folder_id TEXT"
        if has("0.9.0"):
            chat += ", tasks JSON, summary TEXT, last_read_at BIGINT"
        if has("0.11.0"):
            chat += ", current_message_id TEXT, variables JSON"
        if has("0.11.4"):
            chat += ", timer_at BIGINT"
        if not upgraded:
            chat += ", PRIMARY KEY (id), UNIQUE (share_id)"
    user = "id VARCHAR NOT NULL, name VARCHAR, email VARCHAR, role VARCHAR, profile_image_url TEXT, last_active_at BIGINT, updated_at BIGINT, created_at BIGINT"
    user += ", settings JSON, PRIMARY KEY (id)" if has("0.6.43") else ", api_key VARCHAR, settings TEXT, info TEXT, oauth_sub TEXT, PRIMARY KEY (id)"
    tables = {
        "alembic_version": "version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)",
        "user": user,
        "chat": chat,
        "memory": "id VARCHAR NOT NULL, user_id VARCHAR, content TEXT, updated_at BIGINT, created_at BIGINT, PRIMARY KEY (id)",
        "file": "id VARCHAR NOT NULL, user_id VARCHAR, filename TEXT, meta JSON, created_at BIGINT"
                + (", hash TEXT, data JSON, updated_at BIGINT, path TEXT" if has("0.3.35") else "") + ", PRIMARY KEY (id)",
    }
    old_config = ("id INTEGER NOT NULL, data JSON NOT NULL, version INTEGER NOT NULL, "
                  "created_at DATETIME DEFAULT CURRENT_TIMESTAMP NOT NULL, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY (id)")
    if has("0.10.0"):
        tables["config"] = '"key" TEXT NOT NULL, value JSON NOT NULL, updated_at BIGINT, PRIMARY KEY ("key")'
        tables["config_old"] = old_config
    else:
        tables["config"] = old_config
    if upgraded:
        first = peewee(18)
        for name in ("migratehistory", "document", "chatidtag"):
            tables[name] = first[name]
    if has("0.3.35"):
        tables["feedback"] = (
            "id TEXT NOT NULL, user_id TEXT, version BIGINT, type TEXT, data JSON, meta JSON, snapshot JSON, "
            "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (id)")
        tables["knowledge"] = (
            "id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT, data JSON, meta JSON, "
            "created_at BIGINT NOT NULL, updated_at BIGINT, PRIMARY KEY (id)")
    if has("0.5.20"):
        tables["channel"] = (
            "id TEXT NOT NULL, user_id TEXT, name TEXT, description TEXT, data JSON, meta JSON, created_at BIGINT, updated_at BIGINT"
            + (", type TEXT, is_private BOOLEAN, archived_at BIGINT, archived_by TEXT, deleted_at BIGINT, deleted_by TEXT"
               if has("0.6.43") else "") + ", PRIMARY KEY (id), UNIQUE (id)")
        tables["message"] = (
            "id TEXT NOT NULL, user_id TEXT, channel_id TEXT, content TEXT, data JSON, meta JSON, created_at BIGINT, "
            "updated_at BIGINT, parent_id TEXT" + (", reply_to_id TEXT, is_pinned BOOLEAN DEFAULT 0 NOT NULL" if has("0.6.43") else "")
            + ", PRIMARY KEY (id), UNIQUE (id)")
    if has("0.6.20"):
        tables["note"] = ("id TEXT NOT NULL, user_id TEXT, title TEXT, data JSON, meta JSON, created_at BIGINT, "
                          "updated_at BIGINT, PRIMARY KEY (id), UNIQUE (id)")
    if has("0.8.0"):
        tables["chat_message"] = (
            "id TEXT NOT NULL, chat_id TEXT NOT NULL, user_id TEXT, role TEXT NOT NULL, parent_id TEXT, content JSON, "
            "output JSON, model_id TEXT, files JSON, sources JSON, embeds JSON, done BOOLEAN, status_history JSON, "
            "error JSON, usage JSON, created_at BIGINT, updated_at BIGINT"
            + (", context_summary TEXT" if has("0.10.0") else "") + (", meta JSON" if has("0.11.0") else "")
            + ", PRIMARY KEY (id), FOREIGN KEY(chat_id) REFERENCES chat (id) ON DELETE CASCADE")
        tables["prompt"] = (
            "id TEXT NOT NULL, command VARCHAR, user_id VARCHAR NOT NULL, name TEXT NOT NULL, content TEXT NOT NULL, "
            "created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, PRIMARY KEY (id)")
    if has("0.9.0"):
        tables["shared_chat"] = (
            "id TEXT NOT NULL, chat_id TEXT NOT NULL, user_id TEXT NOT NULL, title TEXT, chat JSON, created_at BIGINT, "
            "updated_at BIGINT, PRIMARY KEY (id), FOREIGN KEY(chat_id) REFERENCES chat (id) ON DELETE CASCADE")
    return tables


def create(connection: sqlite3.Connection, tables: dict[str, str]):
    """Makes the tables."""
    for name, columns in tables.items():
        connection.execute(f'CREATE TABLE "{name}" ({columns})')


def insert(connection: sqlite3.Connection, table: str, values: dict) -> int:
    """Writes a row into the columns that the table has; the rest of `values` is of other releases.

    Returns the bytes of its texts.
    """
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    known = {name: value for name, value in values.items() if name in columns}
    names = ", ".join(f'"{name}"' for name in known)
    connection.execute(
        f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(known))})', list(known.values()))
    return sum(len(value.encode("utf-8", "surrogatepass")) for value in known.values() if isinstance(value, str))
