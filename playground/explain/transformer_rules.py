"""What the coach says of a model that writes or learns."""

from __future__ import annotations

from playground.explain.coach import Advice, Evidence

LONGEST = 24  # tokens of a stretch that is looked for


def looping(now: Evidence) -> Advice | None:
    """The same stretch of tokens again and again."""
    written = [int(each) for each in now.view.get("written", ())]
    for size in range(2, LONGEST + 1):
        if len(written) >= 3 * size and written[-size:] == written[-2 * size : -size] == written[-3 * size : -2 * size]:
            return Advice("It has fallen into a loop", f"The last {size} tokens have now come three times in a row.",
                          "What was said twice is likelier to be said again. Drawing more freely leads out of it.", {"temperature": 0.8, "top_p": 0.95, "top_k": 0})  # fmt: skip
    return None


def raving(now: Evidence) -> Advice | None:
    """Mostly tokens that the model itself finds very unlikely."""
    surprise = now.column("surprise")[-40:]
    if len(surprise) < 20 or surprise.mean() < 7 or getattr(now.experiment, "temperature", 0) <= 0.8:
        return None
    return Advice("It draws from the unlikely tail", f"The last {len(surprise)} tokens were drawn with one chance in {2 ** surprise.mean():,.0f} on average.",
                  "Every slip is read again and makes the next one likelier. A lower temperature and a cut help.", {"temperature": 0.8, "top_p": 0.95})  # fmt: skip


WRITING_RULES = (looping, raving)


def stuck(now: Evidence) -> Advice | None:
    """The loss stays where guessing is."""
    loss = now.column("test_loss")
    floor = float(now.view.get("chance_loss", 0.0) or 0.0)
    if now.step < 600 or len(loss) < 10 or loss[-1] < 0.9 * floor:
        return None
    rate = getattr(now.experiment, "learning_rate", 0.0)
    if rate > 0.01:
        return Advice("The learning rate is too high", f"After {now.step:,} steps at {rate:g} the loss is {loss[-1]:.2f}; guessing gives {floor:.2f}.",
                      "The weights are thrown about before a head can form.", {"learning_rate": 0.003}, "problem")  # fmt: skip
    if rate < 0.001:
        return Advice("The learning rate is too low", f"After {now.step:,} steps at {rate:g} the loss is {loss[-1]:.2f}; guessing gives {floor:.2f}.",
                      "Heads form after many small steps in one direction.", {"learning_rate": 0.003})  # fmt: skip
    if getattr(now.experiment, "blocks", 2) < 2 and getattr(now.experiment, "task", "") == "repeat":
        return Advice("One block is not enough", f"After {now.step:,} steps the loss is {loss[-1]:.2f}; guessing gives {floor:.2f}.",
                      "To copy, one head must mark each token with the one before it, and a head above must look for that mark.", {"blocks": 2})  # fmt: skip
    return None


def overfitted(now: Evidence) -> Advice | None:
    """On a text: it learns by heart."""
    test, train = now.column("test_loss"), now.column("train_loss")
    if getattr(now.experiment, "task", "") != "text" or len(test) < 40 or test[-1] < 1.08 * test.min() or train[-1] > test[-1]:
        return None
    return Advice("It learns the text by heart", f"The test loss was {test.min():.2f} and is now {test[-1]:.2f}, while the training loss goes on falling to {train[-1]:.2f}.",
                  "A longer text or a smaller network helps; so does stopping here.")  # fmt: skip


TRAINING_RULES = (stuck, overfitted)
