"""A translator for loopback: it remembers what it was asked, and answers as told."""

import json
import threading
from collections.abc import Callable

from tests.fakes_posts import Answer, Came


class Service:
    """A translator: puts "en: " before each text."""

    def __init__(self) -> None:
        self.asked: list[dict[str, object]] = []
        self.answer: Callable[[Came], Answer] | None = None
        self.came = threading.Event()

    def __call__(self, came: Came) -> Answer:
        """Answer one request."""
        body = json.loads(came.body)
        self.asked.append(body)
        self.came.set()
        if self.answer is not None:
            return self.answer(came)
        if came.path == "/v2/translate":
            assert came.headers["authorization"] == "DeepL-Auth-Key secret-key"
            made: dict[str, object] = {"translations": [{"text": f"en: {text}"} for text in body["text"]]}
        else:
            made = {"translatedText": [f"en: {text} <b>&" for text in body["q"]]}
        return Answer(200, json.dumps(made).encode())
