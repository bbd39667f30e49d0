"""What a patient's text means: what must be taken for STOP, what must not, and what other words seem to want."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.replies import WISH_SENTENCES, keyword, known_to_carriers, wish


@pytest.mark.parametrize(
    "body",
    [
        "STOP", "stop", " Stop ", "Stop!", "STOP.", "“Stop”", "stop\n", "¡Stop!", "STOP 🛑", "🛑 stop", "ＳＴＯＰ",
        "STOPALL", "unsubscribe", "CANCEL", "End", "quit", "Revoke", "OPTOUT", "opt-out", "Opt out",
        "STOP please", "STOP, please", "Stop. Thanks", "Please stop", "please, STOP!", "stop it", "pls stop",
        "Please stop texting me", "stop sending these", "quit texting me", "Do not text me again", "don't text me",
        "Don’t message me", "dont contact me", "never text this number", "Take me off your list",
        "Remove me from your list", "please remove me off this", "No more texts!!", "Leave me alone",
        "I want to opt out", "opt me out", "Unsubscribe me please", "I said stop texting", "can you please stop",
        "ALTO", "¡Alto!", "alto por favor", "PARAR", "para", "¡Pare!", "detener", "Cancelar", "BASTA", "baja",
        "para de escribirme", "deje de mandarme mensajes", "Dejen de enviar", "no me escriban más", "No me envíe nada",
        "no me manden mensajes", "no más mensajes", "quiero darme de baja", "Deme de baja",
    ],
)  # fmt: skip
def test_a_stop_in_any_plain_words_is_a_stop(body: str) -> None:
    assert keyword(body) == "stop"


@pytest.mark.parametrize(
    "body",
    [
        "", "   ", "🙂", "Can I stop by tomorrow?", "stop by tomorrow?", "I'll stop in on Friday", "Stop in at 3?",
        "nonstop pain", "the bus stop", "bus-stop", "I need to cancel my appointment", "at the end of the month",
        "what does this end up costing", "yes I will pay", "help me understand this", "more info please",
        "para cuándo es?", "para el viernes", "pare decido mañana", "a más tardar el lunes", "in alto",
        "una parada", "bajar el monto", "I contacted you", "no more money", "my number is off", "stopped working",
        "I put a stop payment on the check", "Stop payment on my check please",
    ],
)  # fmt: skip
def test_false_friends_are_no_keyword(body: str) -> None:
    assert keyword(body) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("START", "start"), ("unstop", "start"), ("Yes!", "start"), ("EMPEZAR", "start"), ("comenzar.", "start"),
        ("HELP", "help"), ("Help?", "help"), ("info", "help"), ("¿Ayuda?", "help"),
    ],
)  # fmt: skip
def test_start_and_help_are_single_words(body: str, expected: str) -> None:
    assert keyword(body) == expected


@pytest.mark.parametrize(
    ("body", "answered"),
    [
        ("STOP", True), (" Help ", True), ("yes", True), ("Stop!", False), ("STOP please", False), ("AYUDA", False),
        ("alto", False), ("empezar", False), ("opt-out", False), ("", False),
    ],
)  # fmt: skip
def test_a_carrier_answers_its_own_words_alone(body: str, answered: bool) -> None:
    assert known_to_carriers(body) == answered


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("PAY", "pay"), ("I want to pay", "pay"), ("How do I make a payment?", "pay"), ("quiero pagar", "pay"),
        ("¿Dónde pago?", "pay"), ("BALANCE", "balance"), ("How much do I owe", "balance"), ("saldo", "balance"),
        ("¿Cuánto debo?", "balance"), ("PLAN", "plan"), ("payment plan?", "plan"), ("monthly payments", "plan"),
        ("puedo pagar en cuotas", "plan"), ("a plazos", "plan"), ("PAID", "paid"), ("I already sent a check", "paid"),
        ("I get paid on Friday", "other"),
        ("ya pagué", "paid"), ("está pagado", "paid"), ("CALL", "call"), ("please call me", "call"),
        ("Llámeme por favor", "call"), ("llamar", "call"), ("DISPUTE", "dispute"),
        ("my insurance covers this", "dispute"), ("this is not mine", "dispute"),
        ("hay un error", "dispute"), ("mi seguro", "dispute"),
        ("WRONG", "wrong"), ("Wrong number", "wrong"), ("you have the wrong person", "wrong"), ("not me", "wrong"),
        ("This is not me", "wrong"), ("número equivocado", "wrong"), ("Equivocado", "wrong"),
        ("wrong number, I paid nothing and want no plan", "wrong"),
        ("hello", "other"), ("", "other"), ("💸", "other"), ("unpaid leave", "other"), ("recall notice", "other"),
    ],
)  # fmt: skip
def test_what_words_seem_to_want(body: str, expected: str) -> None:
    assert wish(body) == expected


@pytest.mark.parametrize(
    "body", ["This bill is wrong", "the amount is wrong", "el monto está equivocado", "Wrong amount!"]
)
def test_a_wrong_amount_is_no_wrong_number(body: str) -> None:
    assert wish(body) == "dispute"


@given(st.text(max_size=200))
def test_whatever_is_written_means_something_and_is_only_read(body: str) -> None:
    assert keyword(body) in ("stop", "start", "help", None)
    assert wish(body) in WISH_SENTENCES


@given(st.sampled_from(["STOP", "ALTO", "unsubscribe"]), st.text(alphabet=" .!?\n\t“”¡¿*🛑…,", max_size=6))
def test_marks_and_pictures_around_a_stop_change_nothing(word: str, marks: str) -> None:
    assert keyword(marks + word + marks) == "stop"
