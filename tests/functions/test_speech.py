"""The front end and the changes of a sound: against NumPy's own transform, and against what pitch, speed and noise mean."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.functions import speech


def tone(hertz, seconds=1.0, rate=speech.RATE):
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


def strongest(sound, rate=speech.RATE):
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound))))
    return float(power.argmax() * rate / len(sound))


def test_power_is_the_fourier_transform_of_windowed_frames():
    sound = np.random.default_rng(0).standard_normal(speech.WINDOW).astype(np.float32)
    found = speech.power(torch.from_numpy(sound)).numpy()
    assert found.shape == (speech.BINS, speech.FRAMES)
    padded = np.pad(sound, speech.FRAME // 2)
    for column in (1, 40, 127):
        frame = padded[column * speech.HOP : column * speech.HOP + speech.FRAME] * np.hanning(speech.FRAME + 1)[:-1]
        np.testing.assert_allclose(found[:, column], np.abs(np.fft.rfft(frame, speech.FOURIER)) ** 2, rtol=1e-3, atol=1e-3)


def test_every_band_hears_something_and_neighbours_share_what_lies_between_them():
    filters = speech.filters()
    assert filters.shape == (speech.BANDS, speech.BINS) and (filters.max(1) > 0.3).all() and filters.max() <= 1
    np.testing.assert_allclose(filters[10:].sum(0)[40:110], 1, atol=1e-5)
    middles = (filters * np.linspace(0, speech.RATE / 2, speech.BINS)).sum(1) / filters.sum(1)
    assert (np.diff(middles) > 0).all() and (speech.filters(1.2).argmax(1) >= filters.argmax(1)).all()


def test_mel_and_hertz_undo_one_another_and_700_hertz_is_781_mel():
    np.testing.assert_allclose(speech.hertz(speech.mel(np.array([60.0, 1000.0, 3900.0]))), [60, 1000, 3900])
    assert float(speech.mel(700)) == pytest.approx(781.17, abs=0.01) and float(speech.mel(1000)) == pytest.approx(1000, abs=1)


def test_the_picture_does_not_depend_on_how_loud_the_sound_is():
    sound = torch.from_numpy(np.random.default_rng(1).standard_normal(speech.WINDOW).astype(np.float32))
    one, other = speech.picture(sound), speech.picture(0.01 * sound)
    torch.testing.assert_close(one, other, rtol=0, atol=2e-4)
    assert float(one.max()) == 1 and float(speech.picture(torch.zeros(3, speech.WINDOW)).min()) == 1  # of silence no cell is louder than another


@given(st.sampled_from([(16_000, 8_000), (8_000, 16_000), (8_000, 11_025), (44_100, 8_000)]), st.floats(200, 3_000))
@settings(max_examples=20, deadline=None)
def test_resampling_keeps_the_length_in_seconds_and_the_pitch(rates, hertz):
    rate, wanted = rates
    made = speech.resampled(tone(hertz, 0.5, rate), rate, wanted)
    assert len(made) == round(0.5 * wanted) and abs(strongest(made, wanted) - hertz) < 4 and 0.65 < np.sqrt(np.mean(made**2)) < 0.75


def test_what_is_too_high_for_the_new_rate_is_left_out_and_not_mirrored():
    assert np.abs(speech.resampled(tone(5_000, 0.5, 16_000), 16_000, 8_000)[400:-400]).max() < 0.01


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.3, 2.0])
def test_speed_changes_the_length_and_not_the_pitch(speed):
    sound = tone(500)
    made = speech.stretched(sound, speed)
    assert abs(len(made) - len(sound) / speed) <= 1 and abs(strongest(made) - 500) < 12


@pytest.mark.parametrize("semitones", [-12, -3, 5, 12])
def test_pitch_changes_the_frequency_and_not_the_length(semitones):
    made = speech.pitched(tone(400), semitones)
    assert abs(len(made) - speech.RATE) < 200 and strongest(made) == pytest.approx(400 * 2 ** (semitones / 12), rel=0.03)


@given(st.integers(-10, 39), st.sampled_from([0.0, 1.0, 2.0]))
@settings(max_examples=15, deadline=None)
def test_noise_lies_as_far_below_the_word_as_is_asked(decibels, colour):
    sound = np.pad(0.3 * tone(600, 0.3), 2_000)
    added = speech.with_noise(sound, decibels, colour, np.random.default_rng(2)) - sound
    assert 20 * np.log10(speech.loudness(sound) / np.sqrt(np.mean(added**2))) == pytest.approx(decibels, abs=0.1)


def test_words_are_found_between_pauses_and_nothing_in_silence():
    word, pause = 0.3 * tone(300, 0.4), np.zeros(3_000, np.float32)
    found = speech.words(np.concatenate([pause, word, pause, word, pause]))
    assert len(found) == 2
    for (begin, end), start in zip(found, (3_000, 3_000 + len(word) + 3_000), strict=True):
        assert begin <= start <= begin + 1_100 and end - 1_100 <= start + len(word) <= end
    assert speech.words(np.zeros(8_000, np.float32)) == [] and speech.words(np.zeros(0, np.float32)) == [] and speech.words(1e-5 * tone(300)) == []


def test_a_faint_hiss_belongs_to_the_word_beside_it_and_the_next_word_does_not():
    hiss = 1.5e-3 * np.random.default_rng(3).standard_normal(1_600).astype(np.float32)  # 43 dB below the vowel
    vowel, pause = 0.3 * tone(300, 0.4), np.zeros(4_000, np.float32)
    (begin, end), other = speech.words(np.concatenate([pause, hiss, vowel, hiss, pause, vowel, pause]))
    first, last = 4_000, 4_000 + 2 * 1_600 + len(vowel)
    assert first - 1_200 <= begin <= first - 500 and last + 500 <= end <= last + 1_200  # all of it and MARGIN
    assert other[0] >= last + 4_000 - 1_200
    noise = 1.5e-3 * np.random.default_rng(4).standard_normal(40_000).astype(np.float32)  # a hiss that never ends is the room
    noise[16_000 : 16_000 + len(vowel)] += vowel
    ((begin, end),) = speech.words(noise)
    assert begin >= 16_000 - 1_200 and end <= 16_000 + len(vowel) + 1_200
    assert [speech.faint_frames(np.array(each, bool)) for each in ([], [0, 0, 1], [1, 0, 0, 0, 0, 0, 0, 1], [1] * 40)] == [0, 3, 1, 15]


@given(st.integers(1, 30_000), st.data())
@settings(max_examples=25, deadline=None)
def test_a_window_is_always_of_one_length_and_holds_the_part(length, data):
    begin = data.draw(st.integers(0, length - 1))
    end = data.draw(st.integers(begin + 1, length))
    sound = np.ones(length, np.float32)
    window, place = speech.window(sound, begin, end)
    assert window.shape == (speech.WINDOW,) and window.dtype == np.float32
    assert window.sum() >= 0.8 * min(end - begin, speech.WINDOW) - 2 * speech.RATE // 200 and -speech.WINDOW <= place <= length
