"""Facts of notices: kept without a language, shown in the reader's."""

import datetime as dt
import json

from core.clock import at_beijing, moment_text
from core.notices.facts import shown, stored
from core.words import Words

AT = at_beijing(dt.date(2026, 6, 20), 17)
FACTS = {"until": AT, "choices": Words("1 护理", "1 Nursing"), "number": "HZ1", "days": 7}


def test_facts_survive_json_and_speak_both_languages() -> None:
    kept = json.loads(json.dumps(stored(FACTS)))
    assert shown(kept, "zh") == {"until": moment_text(AT, "zh"), "choices": "1 护理", "number": "HZ1", "days": 7}
    assert shown(kept, "en") == {"until": moment_text(AT, "en"), "choices": "1 Nursing", "number": "HZ1", "days": 7}
