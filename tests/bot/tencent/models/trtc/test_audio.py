"""What a relay is heard as."""

import pytest

ENCODE = "AudioParams.AudioEncode"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "SampleRate",
            22_050,
            (
                "The sample rate is one of 48000, 44100, 32000, 24000, 16000, 8000;"
                " 22050 was given."
            ),
        ),
        ("Channel", 3, "The number of channels is one of 1, 2; 3 was given."),
        ("BitRate", 7, "The bit rate is 8 to 500; 7 was given."),
        ("BitRate", 501, "The bit rate is 8 to 500; 501 was given."),
        ("Codec", 3, "The audio codec is one of 0, 1, 2; 3 was given."),
        ("Codec", -1, "The audio codec is one of 0, 1, 2; -1 was given."),
    ],
)
def test_a_value_that_the_page_does_not_have_is_refused(told, path, value, sentence):
    assert told((f"{ENCODE}.{path}", value)) == {f"{ENCODE}.{path}": sentence}


def test_he_aac_v2_is_stereo(told):
    assert told((f"{ENCODE}.Codec", 2)) == {}
    assert told((f"{ENCODE}.Codec", 2), (f"{ENCODE}.Channel", 1)) == {
        f"{ENCODE}.Channel": "HE-AACv2 is stereo only: it takes 2 channels."
    }


@pytest.mark.parametrize(("codec", "taken"), [(0, True), (1, False), (2, False)])
def test_only_lc_aac_goes_down_to_8000_hertz(told, codec, taken):
    sentence = "HE-AAC does not go down to 8000 Hz; take 16000 Hz or more."

    found = told((f"{ENCODE}.Codec", codec), (f"{ENCODE}.SampleRate", 8000))

    assert found == ({} if taken else {f"{ENCODE}.SampleRate": sentence})


@pytest.mark.parametrize("level", [-1, 101])
def test_nobody_is_louder_than_he_speaks(told, level):
    heard = [{"UserInfo": {"UserId": "u"}, "SoundLevel": level}]

    assert told(("AudioParams.SubscribeAudioList", heard)) == {
        "AudioParams.SubscribeAudioList.0.SoundLevel": (
            f"The sound level is 0 to 100; {level} was given."
        )
    }


HEARD = [{"UserInfo": {"UserId": "Trtc_User_0"}}]
MUTED = [{"UserInfo": {"UserId": "Trtc_User_1"}}]


@pytest.mark.parametrize(
    "lists",
    [
        {"SubscribeAudioList": HEARD},
        {"SubscribeAudioList": HEARD, "UnSubscribeAudioList": MUTED},
        {"SubscribeAudioList": [], "UnSubscribeAudioList": MUTED},
        {"UnSubscribeAudioList": []},
    ],
)
def test_the_list_of_users_to_hear_may_stand_alone(told, lists):
    assert (
        told(*((f"AudioParams.{name}", users) for name, users in lists.items())) == {}
    )


def test_the_list_of_users_not_to_hear_may_not(told):
    assert told(("AudioParams.UnSubscribeAudioList", MUTED)) == {
        "AudioParams.SubscribeAudioList": (
            "A list of users not to hear needs a list of users to hear beside it; an"
            " empty one is everybody."
        )
    }
