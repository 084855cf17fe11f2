"""The words of deep learning: one plain sentence each."""

from playground.core.glossary import GLOSSARY


def test_every_word_has_one_sentence_of_readable_length():
    for term, meaning in GLOSSARY.items():
        assert meaning[0].isupper() or meaning[0].isdigit(), term
        assert meaning.endswith(".") and ". " not in meaning, f"{term} is not one sentence"
        assert 15 <= len(meaning) <= 140, f"{term} takes {len(meaning)} characters"


def test_words_stand_in_order_and_are_written_as_they_are_looked_up():
    assert list(GLOSSARY) == sorted(GLOSSARY) and all(term == term.lower().strip() for term in GLOSSARY)


def test_no_word_is_explained_by_nothing_but_itself():
    for term, meaning in GLOSSARY.items():
        assert set(meaning.lower().rstrip(".").split()) - set(term.split()) - {"a", "an", "the", "is", "of"}, term


def test_two_words_never_share_one_meaning():
    assert len(set(GLOSSARY.values())) == len(GLOSSARY)
