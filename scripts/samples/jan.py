"""Jan: one person's home with every way Jan has kept conversations, 0.2 to 0.8 and the mobile edition.

The person began with 0.3, was upgraded ever since, moved the data folder once and keeps a copy of an old
MacBook and of a Windows profile. All conversations are invented.
"""

from __future__ import annotations

import base64
import json
import os
import random
import shutil
import sqlite3
import struct
import tempfile
from pathlib import Path

from .truth import Truth, rfc3339

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

TALKS = [
    ("Sourdough timing", [
        "My starter doubles in nine hours. When do I mix the dough for bread at 8 in the morning?",
        "Mix at about 22:00 the evening before, bulk until 2:00, or cool the dough at 6 °C overnight and shape at 6:30.",
        "And if the kitchen has 26 °C?",
        "Then take 15 % starter instead of 25 %, and watch the dough, not the clock. 🍞"]),
    ("Kündigung Fitnessstudio", [
        "Formuliere mir eine Kündigung für mein Fitnessstudio, Vertrag seit März, Frist ein Monat.",
        "Sehr geehrte Damen und Herren,\n\nhiermit kündige ich meinen Vertrag fristgerecht zum nächstmöglichen Zeitpunkt.\n\nMit freundlichen Grüßen",
        "Bitte etwas wärmer, ich gehe ja wegen eines Umzugs.",
        "Gern: »…leider ziehe ich um und kann Ihr schönes Studio nicht mehr besuchen. Ich kündige daher …«"]),
    ("Rust lifetimes", [
        "Why does `fn first<'a>(a: &'a str, b: &str) -> &'a str` not need a lifetime on b?",
        "Because the result never borrows from `b`; only `a` must outlive it.\n\n```rust\nfn first<'a>(a: &'a str, _: &str) -> &'a str { a }\n```",
        "So elision would pick what with two arguments?",
        "None: with two inputs and no `self` the compiler refuses to guess. That is rule 2."]),
    ("Anniversaire de mamie", [
        "Idées de cadeau pour les 80 ans de ma grand-mère, elle aime les oiseaux et les mots croisés",
        "Une mangeoire avec caméra, un carnet de grilles faites main avec les noms de la famille, ou une sortie à la baie de Somme.",
        "La mangeoire ! Elle n'a pas le wifi…",
        "Alors prenez un modèle à carte SD : on regarde les photos sur une tablette."]),
    ("京都の三日間", [
        "京都で三日間、雨でも楽しめる計画を立ててください。",
        "一日目は国立博物館と三十三間堂、二日目は錦市場と茶道体験、三日目は鉄道博物館がおすすめです。☔",
        "子どもは六歳です。",
        "それなら鉄道博物館を一日目にして、茶道は短い体験を選びましょう。"]),
    ("Knee after running", [
        "My left knee hurts on the outside after 5 km, worse downhill. Please don't just say see a doctor.",
        "It sounds like the iliotibial band. Cut distance by half for two weeks, avoid downhill, add hip abduction exercises. See someone if it swells or locks.",
        "It doesn't swell.",
        "Good sign. Increase by 10 % a week once you are free of pain."]),
    ("Импорт CSV", [
        "Как прочитать CSV с разделителем «;» и десятичной запятой в pandas?",
        "pd.read_csv('f.csv', sep=';', decimal=',') — и при необходимости encoding='cp1251'.",
        "Спасибо! А даты вида 31.12.2024?",
        "Добавьте parse_dates=['date'], dayfirst=True."]),
    ("Salary talk", [
        "I have a salary review on Thursday. I earn 52k and want 58k. Practise with me, you are my boss.",
        "Thanks for coming. Tell me first what changed in your work this year.",
        "I took over the on-call rota and closed the migration two weeks early.",
        "That is strong. Say the number now, and then be silent."]),
    ("قصيدة قصيرة", [
        "اكتب لي قصيدة قصيرة عن البحر في الليل",
        "البحرُ ليلًا كتابٌ لا ينامُ\nوالموجُ سطرٌ، والرياحُ كلامُ",
        "جميلة، شكرًا 🌊",
        "على الرحب والسعة."]),
]
FOLLOWUPS = [
    ("Can you make that shorter?", "Shorter: do the first step today, the rest on Saturday."),
    ("Und auf Englisch?", "Certainly: “Please confirm the end date in writing.”"),
    ("What did I forget?", "The return ticket, an umbrella, and someone to water the tomatoes. 🍅"),
    ("¿Y si no funciona?", "Entonces vuelve al paso dos y cambia sólo una cosa cada vez."),
]
THOUGHTS = [
    "The user wants a plan, not theory. Keep it to three steps.",
    "Check the units first: 26 °C is warm, so fermentation is faster.",
    "They said no doctor. I will still name the warning signs once.",
]


class Ids:
    """Ids as the versions make them, from the one generator."""

    def __init__(self, rng: random.Random):
        self.rng = rng

    def ulid(self, ms: int) -> str:
        value = (ms << 80) | self.rng.getrandbits(80)
        return "".join(CROCKFORD[(value >> (5 * (25 - i))) & 31] for i in range(26))

    def uuid(self) -> str:
        digits = f"{self.rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def nano(self) -> str:
        letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        return "".join(self.rng.choice(letters) for _ in range(16))


def picture(rng: random.Random, size: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + rng.randbytes(size - 8)


def data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


class Writer:
    """Threads of all eras below one `threads` folder, written and remembered at once."""

    def __init__(self, root: Path, rng: random.Random, store, folder: Path):
        self.root, self.rng, self.store, self.folder, self.ids = root, rng, store, folder, Ids(rng)

    def relative(self, path: Path) -> str:
        return str(path.relative_to(self.root))

    def thread_json(self, name: str, header: dict, *, pretty=2, ascii_only=False):
        path = self.folder / name / "thread.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(header, indent=pretty, ensure_ascii=ascii_only, sort_keys=ascii_only),
                        encoding="utf-8")

    def lines(self, name: str, lines: list[bytes], *, last_newline=True) -> Path:
        path = self.folder / name / "messages.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\n".join(lines) + (b"\n" if last_newline and lines else b""))
        return path

    def conversation(self, app_id, title, created=None, updated=None):
        c = self.store.conversation(app_id, title)
        c.created, c.updated = created, updated
        c.times += [t for t in (created, updated) if t]
        return c

    # --- lines of the eras -------------------------------------------------------------------------

    @staticmethod
    def utf8(message: dict) -> bytes:
        return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()

    @staticmethod
    def cortex(message: dict) -> bytes:
        """As jsoncpp writes it: keys sorted, everything beyond ASCII escaped."""
        return json.dumps(message, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()

    def c_message(self, c, thread, role, text, ms, *, part=None, status="ready", extra=None) -> dict:
        message = {
            "id": self.ids.ulid(ms), "thread_id": thread, "object": "thread.message", "role": role,
            "status": status, "created": ms, "updated": ms,
            "content": [part or {"type": "text", "text": {"value": text, "annotations": []}}], **(extra or {})}
        c.message(role, time=rfc3339(ms))
        return message

    def d_message(self, c, thread, role, text, seconds, *, parts=None, extra=None) -> dict:
        message = {
            "id": self.ids.ulid(seconds * 1000), "object": "thread.message", "thread_id": thread, "role": role,
            "assistant_id": "jan", "created_at": seconds, "completed_at": 0, "status": "completed",
            "content": parts or [{"type": "text", "text": {"value": text, "annotations": []}}],
            "metadata": {"note": "a scalar"}, **(extra or {})}
        c.message(role, time=rfc3339(seconds * 1000, False))
        return message

    def e_message(self, c, thread, role, text, ms, *, metadata=None, extra=None, parts=None) -> dict:
        message = {
            "id": self.ids.ulid(ms), "object": "thread.message", "thread_id": thread, "role": role, "type": "text",
            "content": parts or [{"type": "text", "text": {"value": text, "annotations": []}}],
            "status": "ready", "created_at": ms, "completed_at": 0,
            "metadata": {"assistant": {
                "id": "jan", "name": "Jan", "avatar": "👋", "instructions": "You are a helpful assistant.",
                "parameters": {}}, **(metadata or {})}, **(extra or {})}
        c.message(role, time=rfc3339(ms))
        return message

    def f_message(self, c, thread, role, parts, ms, *, parent=..., active=None, hidden=False, extra=None) -> dict:
        metadata = {}
        if parent is not ...:
            metadata["parentId"] = parent
        if active is not None:
            metadata["activeChildId"] = active
        message = {
            "id": self.ids.nano(), "object": "thread.message", "thread_id": thread, "role": role,
            "content": parts, "status": "ready", "created_at": ms, "completed_at": ms, **(extra or {})}
        if metadata:
            message["metadata"] = metadata
        c.message(role, time=rfc3339(ms), hidden=hidden)
        return message

    def talk(self):
        return self.rng.choice(TALKS)


def text_part(value: str) -> dict:
    return {"type": "text", "text": {"value": value, "annotations": []}}


def e_header(thread: str, title: str, seconds: float, **more) -> dict:
    return {
        "id": thread, "title": title, "model": {"id": "Qwen3-8B-IQ4_XS", "provider": "llamacpp"},
        "assistants": [{"id": "jan", "name": "Jan", "instructions": "You are a helpful assistant.",
                        "model": {"id": "Qwen3-8B-IQ4_XS", "engine": "llamacpp"}}],
        "created": seconds, "updated": seconds, "order": 1, "isFavorite": False,
        "metadata": {"order": 1, "is_favorite": False}, **more}


# --- the threads --------------------------------------------------------------------------------------


def era_b(w: Writer):
    title, texts = w.talk()
    begun = 1701424800123
    name = f"jan-{begun // 1000}"
    c = w.conversation(name, title, rfc3339(begun), rfc3339(begun + 600_000))
    messages = []
    for i, text in enumerate(texts):
        ms = begun + 60_000 * i
        role = "user" if i % 2 == 0 else "assistant"
        messages.append({"id": w.ids.ulid(ms), "threadId": name, "role": role, "content": text, "status": "ready",
                         "createdAt": rfc3339(ms)})
        c.message(role, time=rfc3339(ms))
    path = w.folder / name / f"{name}.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({
        "id": name, "summary": title, "messages": messages, "createdAt": rfc3339(begun),
        "updatedAt": rfc3339(begun + 600_000), "modelId": "llama2-chat-7b-q4"}, ensure_ascii=False, indent=2),
        encoding="utf-8")


def c_header(name: str, title: str, created: int, updated: int, last: str) -> dict:
    return {
        "id": name, "object": "thread", "title": title,
        "assistants": [{"assistant_id": "jan", "assistant_name": "Jan", "instructions": "Answer in short sentences.",
                        "tools": [], "model": {"id": "mistral-ins-7b-q4", "settings": {"ctx_len": 4096},
                                               "parameters": {"temperature": 0.7}, "engine": "nitro"}}],
        "created": created, "updated": updated, "metadata": {"lastMessage": last}}


def era_c(w: Writer, seconds: int) -> str:
    """A plain thread with a system message, a failed answer and a picture."""
    title, texts = w.talk()
    name, begun = f"jan_{seconds}", seconds * 1000 + 45
    c = w.conversation(name, title, rfc3339(begun), rfc3339(begun + 900_500))
    lines = [w.c_message(c, name, "system", "Answer in short sentences.", begun + 1)]
    for i, text in enumerate(texts):
        lines.append(w.c_message(c, name, "user" if i % 2 == 0 else "assistant", text, begun + 1000 + 61_007 * i))
    lines.append(w.c_message(c, name, "assistant", "", begun + 400_000, status="error",
                             extra={"error_code": "invalid_api_key"}))
    image = picture(w.rng, 900 + w.rng.randrange(400))
    ms = begun + 500_000
    message = w.c_message(c, name, "user", "", ms, part={"type": "image", "text": {
        "value": "What bird is this?", "annotations": [], "name": "bird.png", "size": len(image)}})
    message["content"][0]["text"]["annotations"] = [f"threads/{name}/files/{message['id']}.png"]
    c.attachment(len(image))
    lines.append(message)
    w.lines(name, [w.utf8(m) for m in lines])
    stored = w.folder / name / "files" / f"{message['id']}.png"
    stored.parent.mkdir()
    stored.write_bytes(image)
    # A picture of a message that was deleted stays; nobody names it, so it is no attachment.
    (stored.parent / f"{w.ids.ulid(ms + 5)}.png").write_bytes(picture(w.rng, 300))
    w.thread_json(name, c_header(name, title, begun, begun + 900_500, texts[-1]))
    return name


def era_c_documents(w: Writer):
    """A thread with a PDF, its text kept for retrieval, and a picture that stayed a data URL."""
    name, begun = "jan_1719900000", 1719900000311
    c = w.conversation(name, "New Thread", rfc3339(begun), rfc3339(begun + 700_000))
    pdf = b"%PDF-1.4\n" + w.rng.randbytes(1200)
    message = w.c_message(c, name, "user", "", begun + 2000, part={"type": "pdf", "text": {
        "value": "Wie lang ist die Garantie?", "annotations": [], "name": "Handbuch Waschmaschine.pdf",
        "size": len(pdf)}})
    message["content"][0]["text"]["annotations"] = [f"threads/{name}/files/{message['id']}.pdf"]
    c.attachment(len(pdf))
    lines = [message, w.c_message(c, name, "assistant", "Zwei Jahre, siehe Seite 31.", begun + 9000)]
    image = picture(w.rng, 400)
    lines.append(w.c_message(c, name, "user", "", begun + 20_000, part={"type": "image", "text": {
        "value": "Und dieses Symbol?", "annotations": [data_url("image/png", image)]}}))
    c.attachment(len(image))
    lines.append(w.c_message(c, name, "assistant", "Das heißt: nicht in den Trockner. 🧺", begun + 31_000))
    w.lines(name, [w.utf8(m) for m in lines])
    files, memory = w.folder / name / "files", w.folder / name / "memory"
    files.mkdir()
    memory.mkdir()
    (files / f"{message['id']}.pdf").write_bytes(pdf)
    pages = ["Garantie: 24 Monate ab Kauf.\nBitte Beleg aufheben.", "Das Gerät waagerecht aufstellen – „wichtig“.",
             "Fehler E18: Flusensieb reinigen."]
    (memory / "docstore.json").write_text(json.dumps([
        [str(i), {"pageContent": page, "metadata": {"source": "blob", "loc": {"pageNumber": i + 1}}}]
        for i, page in enumerate(pages)]), encoding="utf-8")
    (memory / "args.json").write_text(json.dumps({"space": "cosine", "numDimensions": 384}))
    (memory / "hnswlib.index").write_bytes(w.rng.randbytes(2000))
    w.store.document(sum(len(page.encode()) for page in pages))
    w.thread_json(name, c_header(name, "New Thread", begun, begun + 700_000, "Das heißt: nicht in den Trockner."))


def era_c_torn(w: Writer):
    """The last line was never written whole."""
    title, texts = w.talk()
    name, begun = "jan_1720555000", 1720555000200
    c = w.conversation(name, title, rfc3339(begun), rfc3339(begun + 5000))
    lines = [w.utf8(w.c_message(c, name, "user" if i % 2 == 0 else "assistant", text, begun + 700 * i))
             for i, text in enumerate(texts)]
    torn = {"id": w.ids.ulid(begun + 4000), "thread_id": name, "object": "thread.message", "role": "user",
            "content": [text_part("And the one thing that was lost when the battery died")]}
    path = w.lines(name, lines + [w.utf8(torn)[:-30]], last_newline=False)
    w.store.issue("torn", w.relative(path), sum(len(line) + 1 for line in lines))
    w.thread_json(name, c_header(name, title, begun, begun + 5000, texts[-1]))


def era_d(w: Writer, uploads: Path):
    """cortex: keys sorted, ASCII only, pictures inline, documents as files of the server."""
    title, texts = w.talk()
    begun = 1736700000
    name = w.ids.ulid(begun * 1000)
    c = w.conversation(name, title, rfc3339(begun * 1000, False), rfc3339(begun * 1000 + 900_123))
    lines = [w.d_message(c, name, "user" if i % 2 == 0 else "assistant", text, begun + 40 * i)
             for i, text in enumerate(texts)]
    image = picture(w.rng, 1000 + w.rng.randrange(3))
    lines.append(w.d_message(c, name, "user", "", begun + 300, parts=[
        text_part("Lies mir das Etikett vor 🏷️"),
        {"type": "image_url", "image_url": {"url": data_url("image/jpeg", image), "detail": "auto"}}]))
    c.attachment(len(image))
    file_id, pdf = f"file-{w.ids.ulid(begun * 1000 + 9)}", b"%PDF-1.7\n" + w.rng.randbytes(800)
    lines.append(w.d_message(c, name, "user", "Summarise the lease", begun + 400, extra={
        "attachments": [{"file_id": file_id, "tools": [{"type": "file_search"}]}],
        "metadata": {"filename": "lease.pdf", "size": len(pdf)}}))
    c.attachment(len(pdf))
    second, notes = f"file-{w.ids.ulid(begun * 1000 + 10)}", b"Meeting notes, second half.\n" * 9
    lines.append(w.d_message(c, name, "user", "And these notes", begun + 450, extra={
        "attachments": [{"file_id": second, "tools": [{"type": "file_search"}]}]}))
    c.attachment(len(notes))
    lines.append(w.d_message(c, name, "assistant", "", begun + 460, parts=[
        {"type": "refusal", "refusal": "I cannot help with that part."}]))
    w.lines(name, [w.cortex(m) for m in lines])
    uploads.mkdir(parents=True, exist_ok=True)
    (uploads / f"{file_id}.pdf").write_bytes(pdf)
    (uploads / second).write_bytes(notes)
    w.thread_json(name, {
        "id": name, "object": "thread", "created_at": begun,
        "title": title, "metadata": {"title": title, "updated_at": begun * 1000 + 900_123, "lastMessage": texts[-1]},
        "assistants": [{"assistant_id": "jan", "assistant_name": "Jan", "model": {"id": "llama3.2:3b"}}]},
        pretty=None, ascii_only=True)
    return [(file_id, "lease.pdf", len(pdf)), (second, "notes.txt", len(notes))]


def era_e(w: Writer, ms: int, *, favourite=False) -> str:
    """Rust core: thinking in tags, tool calls and small documents in the metadata, a list of files in the text."""
    title, texts = w.talk()
    thread = w.ids.uuid()
    c = w.conversation(thread, title, rfc3339(ms), rfc3339(ms + 4_000_777))
    lines = [w.e_message(c, thread, "user", texts[0], ms)]
    lines.append(w.e_message(c, thread, "assistant", f"<think>\n{w.rng.choice(THOUGHTS)}\n</think>\n\n{texts[1]}",
                             ms + 4000, metadata={"tokenSpeed": {"tokenSpeed": 23.5, "tokenCount": 80}}))
    lines.append(w.e_message(c, thread, "user", texts[2], ms + 60_000))
    lines.append(w.e_message(c, thread, "assistant", texts[3], ms + 66_000, metadata={"tool_calls": [{
        "tool": {"id": "call_1", "type": "function", "function": {
            "name": "search_web", "arguments": "{\"query\": \"wetter kyōto\"}"}},
        "response": {"error": "", "content": [{"type": "text", "text": "Rain, 14 °C,\n\"light wind\""}]},
        "state": "ready"}]}))
    note = "Milk\nEggs\nöl\n"
    lines.append(w.e_message(
        c, thread, "user",
        "Is anything missing here?\n\n[ATTACHED_FILES]\n"
        "- file_id: 0b6c, name: recipes, old and new.pdf, type: pdf, size: 48213, chunks: 12\n"
        "- file_id: 77aa, name: list.txt, type: txt, size: 14\n[/ATTACHED_FILES]",
        ms + 120_000, metadata={"inline_file_contents": [{"name": "list.txt", "content": note}]}))
    c.attachment(48213)
    c.attachment(len(note.encode()))
    question, answer = w.rng.choice(FOLLOWUPS)
    # Written with the time 0; the id still has it.
    zero = w.e_message(c, thread, "assistant", answer, ms + 126_000)
    zero["created_at"] = 0
    lines.append(zero)
    failed = w.e_message(c, thread, "user", question, ms + 180_000)
    failed["metadata"]["error"] = "request failed: model not loaded"
    lines.append(failed)
    w.lines(thread, [w.utf8(m) for m in lines])
    w.thread_json(thread, e_header(thread, title, (ms + 4_000_777) / 1000, isFavorite=favourite))
    return thread


def era_f(w: Writer, ms: int) -> str:
    """Typed parts and branches: a question asked again, an answer made three times, the second one pinned."""
    title, texts = w.talk()
    thread = w.ids.uuid()
    c = w.conversation(thread, title, rfc3339(ms), rfc3339(ms + 9_000_250))
    sound, image = w.rng.randbytes(501), picture(w.rng, 700)
    first = w.f_message(c, thread, "user", [text_part(texts[0])], ms, parent=None, hidden=True)
    first_reply = w.f_message(c, thread, "assistant", [text_part("A first try, edited away.")], ms + 1000,
                              parent=first["id"], hidden=True)
    root = w.f_message(c, thread, "user", [
        text_part(texts[0] + " (again)"),
        {"type": "image_url", "image_url": {"url": data_url("image/png", image), "detail": "auto"}},
        {"type": "input_audio", "input_audio": {"data": base64.b64encode(sound).decode(), "format": "wav"}}],
        ms + 5000, parent=None)
    c.attachment(len(image))
    c.attachment(len(sound))
    one = w.f_message(c, thread, "assistant", [text_part(texts[1])], ms + 6000, parent=root["id"], hidden=True)
    two = w.f_message(c, thread, "assistant", [
        {"type": "reasoning", "text": {"value": w.rng.choice(THOUGHTS), "annotations": []}},
        {"type": "tool_call", "tool_call_id": "tc_9", "tool_name": "calculator", "input": {"expr": "26*0.15"},
         "output": {"content": [{"type": "text", "text": "3.9"}]}},
        text_part(texts[1])], ms + 7000, parent=root["id"])
    three = w.f_message(c, thread, "assistant", [text_part(texts[1] + " Once more.")], ms + 8000,
                        parent=root["id"], hidden=True)
    root["metadata"]["activeChildId"] = two["id"]
    follow = w.f_message(c, thread, "user", [text_part(texts[2])], ms + 20_000, parent=two["id"])
    old = w.f_message(c, thread, "assistant", [text_part("Hm.")], ms + 21_000, parent=follow["id"], hidden=True)
    new = w.f_message(c, thread, "assistant", [text_part(texts[3])], ms + 30_000, parent=follow["id"])
    order = [first, first_reply, root, one, two, three, follow, new, old]
    w.lines(thread, [w.utf8(m) for m in order])
    w.thread_json(thread, e_header(thread, title, (ms + 9_000_250) / 1000))
    return thread


def carried_through(w: Writer):
    """One thread with lines of four versions, each in its own unit."""
    name, begun = "jan_1714000000", 1714000000000
    c = w.conversation(name, "Garden diary", rfc3339(begun + 1500), rfc3339(1761000000456))
    lines = [w.utf8(w.c_message(c, name, "user", "When do I sow beans?", begun + 1500)),
             w.utf8(w.c_message(c, name, "assistant", "After the last frost, mid May.", begun + 4500)),
             w.cortex(w.d_message(c, name, "user", "Schnecken im Salat, was tun? 🐌", 1735000000)),
             w.cortex(w.d_message(c, name, "assistant", "Abends absammeln, Bretter auslegen.", 1735000009)),
             w.utf8(w.e_message(c, name, "user", "And tomatoes?", 1752000000123)),
             w.utf8(w.e_message(c, name, "assistant", "<think>short</think>Pinch out the side shoots.",
                                1752000004456)),
             w.utf8(w.f_message(c, name, "user", [text_part("Plan the winter bed")], 1760999990000)),
             w.utf8(w.f_message(c, name, "assistant", [
                 {"type": "reasoning", "text": {"value": "Garlic, lamb's lettuce.", "annotations": []}},
                 text_part("Garlic now, lamb's lettuce until the end of the month.")], 1760999999000))]
    w.lines(name, lines)
    w.thread_json(name, e_header(name, "Garden diary", 1761000000.456))


def odd_ones(w: Writer):
    """Header without messages, messages without header, files alone, and damage of several kinds."""
    empty = w.ids.uuid()
    w.conversation(empty, "", None, rfc3339(1755000000250))
    w.thread_json(empty, e_header(empty, "", 1755000000.25))

    orphan, ms = w.ids.uuid(), 1755100000000
    c = w.conversation(orphan, None, rfc3339(ms), rfc3339(ms + 3000))
    path = w.lines(orphan, [
        w.utf8(w.e_message(c, orphan, "user", "Does anybody still see this thread?", ms)),
        w.utf8(w.e_message(c, orphan, "assistant", "Only those who look at the files.", ms + 3000))],
        last_newline=False)
    w.store.issue("orphan", w.relative(path))

    leftover = w.folder / w.ids.uuid() / "files" / "holiday.png"
    leftover.parent.mkdir(parents=True)
    leftover.write_bytes(picture(w.rng, 500))
    w.store.issue("orphan", w.relative(leftover.parent.parent))

    # A line torn in the middle, the next message appended to it, a message twice, bytes that are no UTF-8.
    thread, ms = w.ids.uuid(), 1756000000000
    c = w.conversation(thread, "Power cuts", rfc3339(ms), rfc3339(ms + 50_000))
    one = w.utf8(w.e_message(c, thread, "user", "First, all is well.", ms))
    torn = w.utf8({"id": "x", "role": "assistant", "content": [text_part("never finished, said the")]})[:-25]
    two = w.utf8(w.e_message(c, thread, "assistant", "Written behind the torn one.", ms + 10_000))
    three = w.utf8(w.e_message(c, thread, "user", "café", ms + 20_000)).replace("é".encode(), b"\xe9")
    torn_again = w.utf8({"id": "y", "role": "user", "content": [text_part("gone")]})[:-9]
    four = w.utf8(w.e_message(c, thread, "assistant", "Still here. ✨", ms + 40_000))
    path = w.lines(thread, [one, torn + two, three, three, torn_again, four])
    at = w.relative(path)
    position = len(one) + 1
    w.store.issue("malformed", at, position)
    position += len(torn) + len(two) + 1
    w.store.issue("invalid-utf8", at, position + three.index(b"\xe9"))
    position += len(three) + 1
    w.store.issue("duplicate", at, position)
    position += len(three) + 1
    w.store.issue("torn", at, position)
    w.thread_json(thread, e_header(thread, "Power cuts", (ms + 50_000) / 1000))

    # Replies whose parent is gone (a known fault of the application), and a circle beside a sound root.
    thread, ms = w.ids.uuid(), 1770000000000
    c = w.conversation(thread, "Detached", rfc3339(ms), rfc3339(ms + 60_000))
    root = w.f_message(c, thread, "user", [text_part("Root")], ms, parent=None)
    lost = w.f_message(c, thread, "assistant", [text_part("My parent is gone")], ms + 1000, parent="gone", hidden=True)
    a = w.f_message(c, thread, "user", [text_part("Hen")], ms + 2000, parent="?", hidden=True)
    b = w.f_message(c, thread, "assistant", [text_part("Egg")], ms + 3000, parent=a["id"], hidden=True)
    a["metadata"]["parentId"] = b["id"]
    legacy = w.f_message(c, thread, "user", [text_part("I say nothing of branches")], ms + 4000, hidden=True)
    lines = [w.utf8(m) for m in (root, lost, a, b, legacy)]
    path = w.lines(thread, lines)
    w.store.issue("dangling-parent", w.relative(path), len(lines[0]) + 1)
    w.store.issue("cyclic-parents", w.relative(path), len(lines[0]) + len(lines[1]) + 2)
    w.thread_json(thread, e_header(thread, "Detached", (ms + 60_000) / 1000))

    # A header that breaks off: what stands before is known.
    thread, ms = w.ids.uuid(), 1757000000000
    c = w.conversation(thread, "Half a header", rfc3339(ms), rfc3339(ms))
    w.lines(thread, [w.utf8(w.e_message(c, thread, "user", "Still mine", ms))])
    header = json.dumps({"id": thread, "title": "Half a header", "assistants": []})[:-12]
    path = w.folder / thread / "thread.json"
    path.write_text(header)
    w.store.issue("torn", w.relative(path), header.rindex("\""))


def markdown(root: Path, rng: random.Random, truth: Truth, folder: Path):
    store = truth.store("jan", "conversations", str(folder.relative_to(root)), format="jan-markdown", version="A")
    for number, ms in enumerate((1698000000000, 1698400000250)):
        title, texts = rng.choice(TALKS)
        name = f"jan-{ms // 1000}"
        known = store.conversation(name, title if number == 0 else None)
        known.created, known.updated = rfc3339(ms), rfc3339(ms + 500_000)
        known.times += [known.created, known.updated]
        blocks = []
        for i, text in enumerate(texts):
            time = rfc3339(ms + 1000 * (i + 1))
            role = "user" if i % 2 == 0 else "assistant"
            known.message(role, time=time)
            blocks.append(f"- Message m-{ms + 1000 * (i + 1)}:\n  - createdAt: {time}\n  - user: {role}\n"
                          f"  - message: {text}")
        path = folder / name / f"{name}.md"
        path.parent.mkdir(parents=True)
        path.write_text(
            f"## Conversation Metadata\n- _id: {name}\n- modelId: llama-2-7b-chat\n"
            f"- name: {title if number == 0 else 'undefined'}\n- lastMessage: {texts[-1].splitlines()[0]}\n"
            f"- summary: undefined\n- createdAt: {known.created}\n- updatedAt: {known.updated}\n- botId: undefined\n\n"
            "## Messages\n" + "\n".join(blocks) + "\n", encoding="utf-8")


# --- databases ----------------------------------------------------------------------------------------


def with_fixed_salts(log: bytes) -> bytes:
    """A write-ahead log with salts that are the same every time (SQLite file format, section 4.1)."""
    order = ">" if log[3] & 1 else "<"
    page = struct.unpack(">I", log[8:12])[0]

    def checksum(data, one, two):
        for a, b in struct.iter_unpack(f"{order}II", data):
            one = (one + a + two) & 0xFFFFFFFF
            two = (two + b + one) & 0xFFFFFFFF
        return one, two

    head = log[:16] + b"sottosot"
    sums = checksum(head, 0, 0)
    out = [head, struct.pack(">II", *sums)]
    for at in range(32, len(log) - page - 23, page + 24):
        frame, content = log[at:at + 8], log[at + 24:at + 24 + page]
        sums = checksum(frame + content, *sums)
        out += [frame, b"sottosot", struct.pack(">II", *sums), content]
    return b"".join(out)


def database(target: Path, fill, *, wal=None):
    """Fills a database; `wal` writes more that stays in the write-ahead log, without a `-shm` beside it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "x.db"
        db = sqlite3.connect(path, isolation_level=None)
        if wal:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA wal_autocheckpoint=0")
        db.execute("BEGIN")
        fill(db)
        db.execute("COMMIT")
        if wal:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("BEGIN")
            wal(db)
            db.execute("COMMIT")
            Path(f"{target}-wal").write_bytes(with_fixed_salts(Path(f"{path}-wal").read_bytes()))
        shutil.copyfile(path, target)
        db.close()


def vectors(rng: random.Random, count=8) -> bytes:
    return struct.pack(f"<{count}f", *(rng.uniform(-1, 1) for _ in range(count)))


VECTOR_SCHEMA = """
CREATE TABLE files (id TEXT PRIMARY KEY, path TEXT UNIQUE NOT NULL, name TEXT, type TEXT, size INTEGER,
  chunk_count INTEGER DEFAULT 0);
CREATE TABLE chunks (id TEXT PRIMARY KEY, text TEXT NOT NULL, embedding BLOB NOT NULL, file_id TEXT,
  chunk_file_order INTEGER, FOREIGN KEY (file_id) REFERENCES files(id));
CREATE INDEX idx_chunks_id ON chunks(id);
CREATE INDEX idx_chunks_file_id ON chunks(file_id);
"""


def vector_store(root: Path, rng: random.Random, truth: Truth, folder: Path, thread: str, *, kind="documents"):
    store = truth.store("jan", kind, str(folder.relative_to(root)), format="jan-vector-db")
    ids = Ids(rng)

    def add(db, name, texts):
        file_id = ids.uuid()
        db.execute("INSERT INTO files VALUES (?,?,?,?,?,?)",
                   (file_id, f"/home/lena/Documents/{name}", name, name.split(".")[-1], 1000, len(texts)))
        for order, text in enumerate(texts):
            db.execute("INSERT INTO chunks VALUES (?,?,?,?,?)", (ids.uuid(), text, vectors(rng), file_id, order))
        store.document(sum(len(text.encode()) for text in texts))

    def schema(db):
        for statement in VECTOR_SCHEMA.split(";"):
            db.execute(statement)

    def attachments(db):
        schema(db)
        add(db, "recipes.pdf", ["Bread: 500 g flour, 350 g water.", "Soup: leeks, potatoes, crème fraîche. " * 40])

    database(folder / f"attachments_{thread}.db", attachments,
             wal=lambda db: add(db, "später.txt", ["Nur im Protokoll zu finden: der Schlüssel liegt bei Ilse."]))
    database(folder / "project_9f31c2.db", lambda db: (schema(db), add(db, "plan.md", ["# Plan", "Step 1: 測量"])))
    database(folder / "__status__.db", schema)

    def memories(db):
        db.execute("CREATE VIRTUAL TABLE memories USING fts5(msg_id UNINDEXED, project_id UNINDEXED, text, "
                   "role UNINDEXED, ts UNINDEXED, tokenize = 'porter unicode61')")
        for i, text in enumerate(["Remember that I am allergic to hazelnuts.", "Noted: no hazelnuts. 🌰"]):
            db.execute("INSERT INTO memories VALUES (?,?,?,?,?)",
                       (ids.uuid(), "p1", text, "user" if i == 0 else "assistant", 1769000000000 + i))
            store.document(len(text.encode()))
            store.times.append(rfc3339(1769000000000 + i))
    database(folder / "__memory__.db", memories)


def mobile(root: Path, rng: random.Random, truth: Truth, path: Path):
    store = truth.store("jan", "conversations", str(path.relative_to(root)), format="jan-mobile")
    ids = Ids(rng)
    chats = []
    for i in range(2):
        title, texts = rng.choice(TALKS)
        begun = 1764000000 + 86_400 * i
        thread = ids.uuid()
        known = store.conversation(thread, title)
        known.created, known.updated = rfc3339(begun * 1000, False), rfc3339(begun * 1000 + 999_000, False)
        known.times += [known.created, known.updated]
        rows = []
        for j, text in enumerate(texts):
            ms, role = begun * 1000 + 5000 * (j + 1), "user" if j % 2 == 0 else "assistant"
            known.message(role, time=rfc3339(ms))
            rows.append((ids.nano(), thread, json.dumps({
                "id": ids.nano(), "object": "thread.message", "thread_id": thread, "role": role,
                "content": [text_part(text)], "status": "ready", "created_at": ms, "completed_at": ms},
                ensure_ascii=False), ms // 1000))
        chats.append((thread, json.dumps(e_header(thread, title, begun + 999.0), ensure_ascii=False), begun,
                      begun + 999, rows))

    def insert(db, chat):
        db.execute("INSERT INTO threads VALUES (?,?,?,?)", chat[:4])
        db.executemany("INSERT INTO messages VALUES (?,?,?,?)", chat[4])

    def fill(db):
        db.execute("CREATE TABLE threads (id TEXT PRIMARY KEY, data TEXT NOT NULL, "
                   "created_at INTEGER DEFAULT (strftime('%s', 'now')), "
                   "updated_at INTEGER DEFAULT (strftime('%s', 'now')))")
        db.execute("CREATE TABLE messages (id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, data TEXT NOT NULL, "
                   "created_at INTEGER DEFAULT (strftime('%s', 'now')), "
                   "FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE)")
        db.execute("CREATE INDEX idx_messages_thread_id ON messages(thread_id)")
        insert(db, chats[0])

    database(path, fill, wal=lambda db: insert(db, chats[1]))
    store.files = [store.path, store.path + "-wal"]


# --- the home -----------------------------------------------------------------------------------------


def put(path: Path, content: str | bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def named(truth: Truth, root: Path, kind: str, path: Path, format: str, *, unparsed=False):
    store = truth.store("jan", kind, str(path.relative_to(root)), format=format)
    if unparsed:
        store.issue("not-parsed", store.path)
    return store


def old_folder(root: Path, rng: random.Random, truth: Truth):
    """`~/jan` as it was when the data folder was moved: everything in it is a copy."""
    folder = root / "jan"
    store = truth.store("jan", "copies", "jan/threads", format="jan-threads", version="C")
    w = Writer(root, rng, store, folder / "threads")
    era_b(w)
    era_c(w, 1716000000)
    put(folder / "assistants/jan/assistant.json", json.dumps({"id": "jan", "name": "Jan", "instructions": ""}))
    put(folder / "settings/@janhq/inference-openai-extension/settings.json", json.dumps([
        {"key": "openai-api-key", "controllerProps": {"value": "sk-invented-0000"}}]))
    put(folder / "logs/app.log", "2024-05-20T10:00:00.000Z [APP]::Cannot find model\n")
    named(truth, root, "copies", folder / "assistants", "jan-assistants")
    named(truth, root, "copies", folder / "settings", "jan-extension-settings")
    named(truth, root, "copies", folder / "logs", "jan-logs")


def program_folder(root: Path, rng: random.Random, truth: Truth):
    """What the older shell leaves beside the pointer: eras 0 and A, and the window's storage."""
    folder = root / ".config/Jan"
    put(folder / "settings.json", json.dumps({"data_folder": "/home/lena/Documents/Jan", "quick_ask": False}))
    named(truth, root, "settings", folder / "settings.json", "jan-settings")
    put(folder / "Local Storage/leveldb/000003.log", rng.randbytes(700) + b"chatMessages" + rng.randbytes(50))
    put(folder / "Local Storage/leveldb/CURRENT", "MANIFEST-000001\n")
    named(truth, root, "cache", folder / "Local Storage/leveldb", "leveldb", unparsed=True)
    put(folder / "databases/conversations/000005.ldb", rng.randbytes(400))
    named(truth, root, "cache", folder / "databases", "jan-pouchdb", unparsed=True)
    markdown(root, rng, truth, folder / "conversations")


def data_folder(root: Path, rng: random.Random, truth: Truth) -> str:
    """The folder the pointer names, upgraded from 0.4 to 0.8."""
    folder = root / "Documents/Jan"
    store = truth.store("jan", "conversations", "Documents/Jan/threads", format="jan-threads", version="F")
    w = Writer(root, rng, store, folder / "threads")
    era_b(w)
    era_c(w, 1716000000)
    era_c(w, 1718222333)
    era_c_documents(w)
    era_c_torn(w)
    uploads = era_d(w, folder / "files")
    thread = era_e(w, 1751000000111, favourite=True)
    for i in range(4):
        era_e(w, 1753000000007 + 86_400_000 * i)
    for i in range(4):
        era_f(w, 1772000000009 + 86_400_000 * i)
    carried_through(w)
    odd_ones(w)
    named(truth, root, "uploads", folder / "files", "jan-uploads")
    put(folder / "assistants/jan/assistant.json", json.dumps({"id": "jan", "name": "Jan", "instructions": "Be kind."}))
    named(truth, root, "settings", folder / "assistants", "jan-assistants")
    put(folder / "settings.json", json.dumps({"setting-general": json.dumps({"state": {"spellCheck": True}})}))
    named(truth, root, "settings", folder / "settings.json", "jan-settings")
    put(folder / "mcp_config.json", json.dumps({"mcpServers": {"search": {"env": {"API_KEY": "invented"}}}}))
    named(truth, root, "secrets", folder / "mcp_config.json", "jan-mcp-config")
    put(folder / "provider_secrets.enc", rng.randbytes(140))
    named(truth, root, "secrets", folder / "provider_secrets.enc", "jan-provider-secrets")
    put(folder / ".janrc", "apiServerHost: 127.0.0.1\nhuggingFaceToken: hf_invented\n")
    named(truth, root, "secrets", folder / ".janrc", "jan-cortex-settings")

    def cortex(db):
        db.execute("CREATE TABLE schema_version (version INTEGER PRIMARY KEY)")
        db.execute("CREATE TABLE engines (id INTEGER PRIMARY KEY, engine_name TEXT, type TEXT, api_key TEXT, url TEXT)")
        db.execute("INSERT INTO engines VALUES (1, 'openai', 'remote', 'sk-invented-1111', 'https://api.example')")
        db.execute("CREATE TABLE files (id TEXT PRIMARY KEY, object TEXT, purpose TEXT, filename TEXT, "
                   "created_at INTEGER, bytes INTEGER)")
        for file_id, name, size in uploads:
            db.execute("INSERT INTO files VALUES (?, 'file', 'assistants', ?, 1736700000, ?)", (file_id, name, size))
    database(folder / "cortex.db", cortex)
    named(truth, root, "secrets", folder / "cortex.db", "jan-cortex-db", unparsed=True)
    put(folder / "logs/app.log", "".join(
        f"[2025-10-{day:02}][08:1{day % 10}:00][app_lib::core][INFO] prompt sent to llama-server\n"
        for day in range(1, 20)))
    named(truth, root, "logs", folder / "logs", "jan-logs")
    put(folder / "agent-workspace/threads/t1.json", "{}")
    named(truth, root, "cache", folder / "agent-workspace", "jan-agent-workspace", unparsed=True)
    return thread


def backups(root: Path, rng: random.Random, truth: Truth):
    """Folders kept from other machines, each with a pointer of its own."""
    mac = root / "Backups/MacBook/Library/Application Support/Jan"
    put(mac / "settings.json", json.dumps({"data_folder": "/Users/lena/Library/Application Support/Jan/data"}))
    named(truth, root, "settings", mac / "settings.json", "jan-settings")
    store = truth.store(
        "jan", "conversations", str((mac / "data/threads").relative_to(root)), format="jan-threads", version="E")
    w = Writer(root, rng, store, mac / "data/threads")
    for i in range(2):
        era_e(w, 1758000000001 + 3_600_000 * i)
    windows = root / "Backups/old-pc/AppData/Roaming/Jan"
    put(windows / "settings.json", json.dumps({"data_folder": "C:\\Users\\Lena\\AppData\\Roaming\\Jan\\data"}))
    named(truth, root, "settings", windows / "settings.json", "jan-settings")
    store = truth.store(
        "jan", "conversations", str((windows / "data/threads").relative_to(root)), format="jan-threads", version="F")
    w = Writer(root, rng, store, windows / "data/threads")
    era_f(w, 1775000000004)
    vector_store(root, rng, truth, windows / "data/db", Ids(rng).uuid())
    mobile(root, rng, truth, root / "Backups/phone/jan.db")


def build(root: Path, rng: random.Random, truth: Truth):
    old_folder(root, rng, truth)
    program_folder(root, rng, truth)
    thread = data_folder(root, rng, truth)
    vector_store(root, rng, truth, root / ".local/share/Jan/data/db", thread)
    # The vectors were copied along when the data folder was moved, and are not used there.
    vector_store(root, rng, truth, root / "Documents/Jan/db", thread, kind="copies")
    window = root / ".local/share/jan.ai.app"
    put(window / "localstorage/tauri_localhost_0.localstorage", b"SQLite format 3\0" + rng.randbytes(300))
    named(truth, root, "cache", window, "webview", unparsed=True)
    put(root / ".cache/jan-updater/pending/jan-0.5.17.AppImage.part", rng.randbytes(600))
    named(truth, root, "cache", root / ".cache/jan-updater", "webview", unparsed=True)
    put(root / ".jan/cli_telemetry.json", json.dumps({"install_id": "invented", "last_ping_unix": 1775000000}))
    named(truth, root, "settings", root / ".jan/cli_telemetry.json", "jan-settings")
    put(root / ".jan/projects/site-0a1b2c3d/project.json", json.dumps({"name": "site"}))
    put(root / ".jan/projects/site-0a1b2c3d/threads/t.bin", rng.randbytes(90))
    named(truth, root, "cache", root / ".jan/projects", "jan-projects", unparsed=True)
    backups(root, rng, truth)
    for place in ["jan", ".config/Jan", "Documents/Jan", ".local/share/Jan", ".local/share/jan.ai.app",
                  ".cache/jan-updater", ".jan", "Backups"]:
        for folder, _, names in os.walk(root / place):
            for name in names:
                os.utime(os.path.join(folder, name), (1775900000, 1775900000))
