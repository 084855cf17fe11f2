"""The gate for sounds: every common format is read, everything else is refused in one sentence, and the reader's process can be lost without harm."""

import io
import time
import wave

import numpy as np
import pytest

from playground.core.errors import UserError
from playground.data import audio, uploads_audio
from playground.data.uploads_audio import RATE, Decoder, read_sound


def encoded(samples, rate=16_000, form="wav", codec="pcm_s16le", layout="mono"):
    import av

    held = io.BytesIO()
    with av.open(held, "w", format=form) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples, np.int16).reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = rate
        for part in (frame, None):
            for packet in stream.encode(part):
                file.mux(packet)
    return held.getvalue()


def tone(seconds=0.6, rate=16_000, hertz=440.0, height=9_000):
    return (height * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.int16)


@pytest.fixture(scope="module", autouse=True)
def no_process_is_left():
    yield
    for each in uploads_audio._DECODERS.values():
        each.close()


@pytest.mark.parametrize(
    ("form", "codec", "rate"),
    [("wav", "pcm_s16le", 8_000), ("wav", "pcm_s16le", 44_100), ("mp3", "libmp3lame", 16_000), ("ogg", "libopus", 16_000), ("mp4", "aac", 44_100), ("flac", "flac", 16_000),
     ("webm", "libopus", 48_000), ("aiff", "pcm_s16be", 22_050)],
)  # fmt: skip
def test_every_common_format_is_read_at_one_rate(form, codec, rate):
    sound = read_sound(f"word.{form}", encoded(tone(rate=rate), rate, form, codec))
    assert sound.samples.dtype == np.int16 and 0.55 < sound.seconds < 0.72
    middle = sound.samples[RATE // 8 : -RATE // 8].astype(float)
    found = np.abs(np.fft.rfft(middle * np.hanning(len(middle)))).argmax() * RATE / len(middle)
    assert abs(found - 440) < 6


def test_96_kilohertz_stereo_is_mixed_and_said():
    both = np.repeat(tone(rate=96_000)[:, None], 2, 1)
    sound = read_sound("studio.wav", encoded(both, 96_000, layout="stereo"))
    assert sound.seconds == pytest.approx(0.6, abs=0.02) and "96 kHz, stereo" in sound.notes[0]


def test_a_wrong_extension_is_read_by_what_the_file_is():
    assert read_sound("song.mp3", encoded(tone())).seconds == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.wav", b"", "is empty"),
        ("a.wav", b"%PDF-1.7 x", "a PDF document"),
        ("a.wav", b"PK\x03\x04" + bytes(90), "an archive"),
        ("a.mp3", b"\x89PNG\r\n", "a picture"),
        ("a.wav", b"  <html><body>", "a web page"),
        ("a.wav", b"good morning " * 99, "damaged, or no sound"),
        ("a.ogg", np.random.default_rng(0).bytes(30_000), "damaged, or no sound"),
        ("a.wav", encoded(tone(0.001)), "at least 50 ms"),
        ("a.wav", encoded(np.zeros(9_000)), "is silent"),
        ("a.m4a", encoded(tone(2), form="mp4", codec="aac")[:3_000], "damaged, or no sound"),
        ("../../a.wav", b"", "^a.wav is empty"),
    ],
)
def test_what_is_no_sound_is_refused_in_words(name, content, words):
    with pytest.raises(UserError, match=words):
        read_sound(name, content)


def test_two_hours_are_refused_with_their_length_and_at_once():
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 1, 8_000, 0, "NONE", ""))
        file.writeframes(bytes(range(100, 150)) * (8_000 * 7_200 // 50))
    content = held.getvalue()
    begun = time.monotonic()
    with pytest.raises(UserError, match="lasts 2 h 0 min; at most 10 minutes"):
        read_sound("lecture.wav", content)
    assert time.monotonic() - begun < 10


def test_a_damaged_end_leaves_the_beginning_and_says_so():
    whole = encoded(np.random.default_rng(3).integers(-9_000, 9_000, 32_000), form="flac", codec="flac")
    sound = read_sound("cut.flac", whole[: len(whole) * 2 // 3])
    assert 0.3 < sound.seconds < 1.9 and "damaged from there on" in sound.notes[1]


def test_an_overdriven_recording_is_read_and_said():
    assert any("overdriven" in each for each in read_sound("loud.wav", encoded(np.where(tone() > 0, 32_767, -32_767))).notes)


def test_a_reader_that_is_too_slow_is_ended_and_the_next_file_gets_a_new_one():
    decoder = Decoder(600, wait=0.0)
    with pytest.raises(UserError, match="takes longer"):
        decoder.decode("slow.wav", encoded(tone()))
    assert decoder._process is None
    decoder.wait = 30.0
    assert decoder.decode("slow.wav", encoded(tone()))[1].size > 9_000
    decoder._process.kill()  # lost between two files
    decoder._process.wait()
    assert decoder.decode("next.wav", encoded(tone()))[1].size > 9_000
    decoder.close()


def test_bundled_clips_are_three_a_digit_and_their_licence_lies_beside_them():
    clips = audio.clips()
    assert len(clips) == 30 and sorted({each.digit for each in clips}) == list(range(10)) and all(each.take < 5 for each in clips)
    assert "CC BY-SA 4.0" in (audio.CLIPS.parent / "LICENCE.txt").read_text() and audio.CLIPS.stat().st_size < 200_000
    for key in audio.samples():
        sound = audio.sample(key)
        assert sound.dtype == np.float32 and np.abs(sound).max() <= 1 and not sound.flags.writeable
    with pytest.raises(UserError, match="no sample named"):
        audio.sample("digit-10")


def test_a_recording_is_kept_by_its_digest_and_other_things_are_refused(tmp_path, monkeypatch):
    from playground.data import shelf

    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    digest = audio.stored(tone())
    np.testing.assert_array_equal(audio.kept(digest), tone())
    assert len(audio.look(audio.OWN, digest)) == len(tone()) // 2
    other = shelf.put({"image": np.zeros((2, 2), np.uint8)}, {"kind": "photograph"})
    for wrong, words in ((other, "no sound"), ("../../etc/passwd", "not on this machine"), ("", "Nothing is recorded")):
        with pytest.raises(UserError, match=words):
            audio.look(audio.OWN, wrong)
