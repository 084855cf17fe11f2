from playground.core import fleeting


def test_answers_are_kept_until_they_are_forgotten():
    asked = []

    @fleeting.fleeting(2)
    def double(number):
        asked.append(number)
        return 2 * number

    assert [double(3), double(3)] == [6, 6] and asked == [3]
    fleeting.forget()
    assert double(3) == 6 and asked == [3, 3]
