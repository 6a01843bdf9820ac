"""Whatever can be so has a word and a colour, and no two headlines share a word."""

from bot.dialogue.outcome import Tone
from bot.journal.evidence import Headline
from bot.resources.headlines import TONES, headline_word, state_word
from bot.states import State


def test_every_state_has_a_word():
    assert all(state_word(state) for state in State)


def test_every_headline_has_a_colour_and_a_word_of_its_own():
    words = [headline_word(headline) for headline in Headline]

    assert set(TONES) == set(Headline)
    assert len(set(words)) == len(words)


def test_only_what_tencent_says_is_live_or_done_is_green():
    green = {headline for headline, tone in TONES.items() if tone is Tone.GOOD}

    assert green == {Headline.LIVE, Headline.DONE}
