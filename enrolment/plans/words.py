"""How the forms of programmes are called on the catalogue's pages."""

from collections.abc import Mapping

from core.i18n import lazy as _l
from registry.schools.models import TrainingForm

FORM_WORDS: Mapping[str, object] = {
    TrainingForm.PLAIN.value: _l("三年制中职"),
    TrainingForm.THREE_TWO.value: _l("3+2 中高职贯通"),
    TrainingForm.THREE_THREE.value: _l("3+3 中高职衔接"),
    TrainingForm.FIVE.value: _l("五年一贯制"),
    TrainingForm.THREE_FOUR.value: _l("3+4 中本贯通"),
}
