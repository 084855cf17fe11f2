"""What the overfitting screen says: introductions, presets, glossary, sources."""

from __future__ import annotations

from playground.core.glossary import GLOSSARY as HOUSE
from playground.explain.activation_words import Row

INTRODUCTIONS = {
    "capacity": "Ten networks, from 1 to 50 hidden units, learn the same noisy points at this moment. The training error only falls with size; "
    "the validation error, on points none of them has seen, turns round. Move the slider to look at each one.",
    "regularize": "Two copies of one network start from the same weights and see the same points; only the right one is regularized. "
    "Switch things on while they learn and watch the gap between training and validation close.",
    "variance": "The same model is fitted to many training sets, each drawn anew. How far the mean fit lies from the truth is **bias**; "
    "how far single fits scatter around it is **variance**. With the noise they add up to the expected error.",
    "learning": "The same model, trained on more and more examples. Where the two curves still lean towards each other, more data helps; "
    "where they have met, it does not.",
    "double": "Least squares on more and more features. Where there are as many as training examples, the fit is just able to hit every noisy "
    "label, and the test error explodes. Beyond that it falls again.",
    "widths": "The same with all weights trained: twelve widths of one network learn whether a digit is below five, from few examples, some of them "
    "mislabelled. As they train, a peak grows where the network is just wide enough to learn every label by heart.",
}

PRESETS: dict[str, tuple[Row, ...]] = {
    "capacity": (
        ("sine", "A sine, 18 points", "Few units are too stiff, many have room for the noise: the lowest validation error lies in between.", {}, True),
        ("plenty", "The same, 200 points", "With ten times the points even 50 units have no noise to spare: the right side of the curve goes flat.",
         {"count": 200, "hidden_units": 50}, True),
        ("waves", "Waves", "A richer truth moves the sweet spot to the right: it takes more units to follow three periods.",
         {"curve": "waves", "count": 40, "noise": 0.3, "hidden_units": 10}, True),
        ("polynomial", "Polynomials", "The textbook's picture: the higher the degree, the wilder the curve between the points and past the last one.",
         {"family": "polynomial", "degree": 3}, True),
        ("stiff", "Too stiff", "One hidden unit is one soft step: it can rise or fall, never both, and misses the bump however long it learns.",
         {"curve": "bump", "count": 40, "noise": 0.3, "hidden_units": 1}, False),
        ("loose", "Too loose", "With 50 units and 18 points the curve runs from point to point, noise and all.", {"hidden_units": 50, "steps": 10_000}, False),
        ("exact", "Degree 17 through 18 points", "As many coefficients as points: the training error is 0, and the curve between them is fantasy.",
         {"family": "polynomial", "degree": 17}, False),
    ),
    "regularize": (
        ("l2", "Small weights (L2)", "Every weight pays for its square, so the curve bends only where many points ask for it.", {}, True),
        ("l1", "Few weights (L1)", "Paying by the absolute value drives most weights to exactly 0: a thin network inside the wide one.",
         {"l2": 0.0, "l1": 0.003}, True),
        ("dropout", "Dropout", "Random units fall silent in every step, so none can specialise in a single point.", {"l2": 0.0, "dropout": 0.5}, True),
        ("jitter", "Augmentation", "Points seen each time a little to the side cannot be hit exactly: the curve has to be smooth over that distance.",
         {"l2": 0.0, "jitter": 0.1}, True),
        ("stop", "Early stopping", "The validation loss is best after about a hundred steps; stopping there costs nothing and saves the rest.",
         {"l2": 0.0, "patience": 300}, True),
        ("moons", "Two moons", "A boundary has the same trouble as a curve: without care it winds around single points.",
         {"dataset": "moons", "count": 60, "noise": 0.8}, True),
        ("much", "Too much", "A penalty ten times as strong holds the weights so small that the curve cannot follow the sine either: underfitting.",
         {"l2": 0.1}, False),
        ("batch", "Batch norm alone", "It makes training easier, not the curve smoother: with the whole set in one batch it overfits like its twin.",
         {"l2": 0.0, "batch_norm": True}, False),
    ),
    "variance": (
        ("wide", "Ten hidden units", "The mean of the fits is close to the truth, each single one is not: small bias, large variance.", {}, True),
        ("narrow", "One unit for a bump", "All fits are wrong in the same way, a step where a bump should be: bias is three times the variance.",
         {"curve": "bump", "count": 40, "noise": 0.3, "hidden_units": 1}, False),
        ("data", "The same, 100 points", "Five times the points cut the variance to a tenth, and from three units on the size hardly matters any more.",
         {"count": 100}, True),
        ("polynomial", "Polynomials, degree 3", "A cubic is about right for one period of a sine: bias and variance are both small.",
         {"family": "polynomial"}, True),
        ("wild", "Degree 9", "The mean is still close in the middle; at the ends nothing holds the curve and the variance explodes.",
         {"family": "polynomial", "degree": 9}, False),
        ("jump", "A jump", "Two units are enough for a jump; every further one adds variance and next to nothing else.",
         {"curve": "step", "count": 40, "hidden_units": 2}, True),
        ("noise", "All noise", "With so much noise ten units fit little else, and the simplest model, a single unit, wins.", {"noise": 1.0, "curve": "line"}, False),
    ),
    "learning": (
        ("digits", "Digits, a network", "At a thousand digits the error is still falling with every doubling: more data would help.", {}, True),
        ("linear", "Digits, a linear model", "With few digits it does as well as the network; at a thousand it is a per cent behind and gains less by doubling.",
         {"model": "linear"}, True),
        ("cancer", "Breast cancer", "A few dozen patients are enough to be right nine times in ten; after that each per cent costs a doubling.",
         {"dataset": "breast_cancer"}, True),
        ("diabetes", "Diabetes, a linear model", "Both curves meet near 55 points of progression: more patients would not help, better measurements might.",
         {"dataset": "diabetes", "model": "linear", "updates": 300}, True),
        ("waves", "Waves and noise", "Both curves close in on the noise of 0.4, from above and from below; no model gets under it.",
         {"dataset": "waves", "activation": "tanh", "updates": 500, "repeats": 4}, True),
        ("bias", "Too small a model", "One unit cannot follow the waves: the curves meet early and far above the noise, and stay there.",
         {"dataset": "waves", "activation": "tanh", "hidden_units": 1, "updates": 300}, False),
        ("greedy", "A network on diabetes", "It learns the patients by heart: with 50 of them it errs by 3 points on those and by 93 on others, more than the 77 of "
         "always saying the mean.", {"dataset": "diabetes"}, False),
    ),
    "double": (
        ("digits", "Digits, random features", "100 digits, a fifth of them mislabelled: the test error peaks where 100 features just fit them all.", {}, True),
        ("ridge", "With a ridge", "A small penalty takes the whole peak away, and with it most of the harm that the wrong labels did.", {"ridge": 0.1}, True),
        ("curve", "A curve to look at", "Cosines through 30 noisy points: wild at 30 of them, calm at 300, though both pass through every point.",
         {"task": "waves", "count": 30, "label_noise": 0.3, "looked_at": 300}, True),
        ("clean", "Clean labels", "Without wrong labels the peak is lower but does not vanish: the digits are not a linear function of the features either.",
         {"label_noise": 0.0}, True),
        ("more", "More data, worse", "With 200 examples the peak has moved to 200 features: at just that size 100 examples would do better.",
         {"count": 200, "looked_at": 200}, False),
        ("threshold", "At the threshold", "30 cosines through 30 noisy points: exactly one curve fits, and it is a wild one.",
         {"task": "waves", "count": 30, "label_noise": 0.3, "looked_at": 30}, False),
    ),
    "widths": (
        ("noisy", "A fifth mislabelled", "Six units just manage to learn 200 labels by heart, wrong ones included, and pay for it; 48 units find room beside them.",
         {}, True),
        ("clean", "No wrong labels", "Without wrong labels there is nothing to bend for: the peak is gone, and wider is better.", {"label_noise": 0.0}, True),
        ("decay", "Weight decay", "Small weights cannot reach every wrong label: of the peak half is left.", {"decay": 1.0}, True),
        ("few", "Half the digits", "With 100 digits fewer units suffice to learn them by heart: the peak moves to the left.", {"count": 100, "looked_at": 4}, True),
        ("relu", "ReLU", "A ReLU network of one width has less room than a tanh network: its peak lies further right.", {"activation": "relu", "looked_at": 8}, True),
        ("late", "Trained far too long", "Four times the steps: the peak goes on growing long after every label is learnt.", {"steps": 4_000}, False),
    ),
}  # fmt: skip

GLOSSARY = {
    "Capacity": "How many different answers a model can learn by heart; grows with width, depth or degree.",
    "Training error": "Mean squared error on the points that were learnt from; a large enough model brings it to 0.",
    "Validation error": "The same on points that were not learnt from; used to choose a model or the moment to stop.",
    "Test error": "The same on points that were used for nothing at all; the only honest last word.",
    "Generalisation gap": "Validation error minus training error.",
    "Bias": "Here: how far the mean of many fits lies from the truth.",
    "Variance": "Here: how far single fits scatter around their mean.",
    "Noise": HOUSE["noise"] + " No model gets below it.",
    "Regularization": HOUSE["regularisation"],
    "Dropout": HOUSE["dropout"],
    "L1": HOUSE["l1"],
    "L2": HOUSE["l2"],
    "Weight decay": HOUSE["weight decay"] + " With Adam it is not the same as an L2 penalty.",
    "Data augmentation": HOUSE["data augmentation"],
    "Early stopping": HOUSE["early stopping"],
    "Batch norm": HOUSE["batch normalisation"],
    "Bootstrap": "Drawing a new training set from the old one with replacement.",
    "Interpolation threshold": "The size at which a model can just fit every training label.",
    "Minimum norm": "Of all weights that fit exactly, the shortest.",
    "Ridge": "Least squares with a penalty on the squared weights.",
}

SOURCES = {
    "capacity": ("Hastie, Tibshirani and Friedman 2009, section 7.2, figure 7.1", "Goodfellow, Bengio and Courville 2016, section 5.2"),
    "regularize": ("Srivastava et al. 2014 (dropout), section 4", "Tibshirani 1996 (L1), eq. 1", "Krogh and Hertz 1991 (weight decay), eq. 3",
                   "Loshchilov and Hutter 2019 (decoupled), algorithm 2", "Bishop 1995 (training with noise), eq. 19", "Prechelt 1998 (early stopping)",
                   "Ioffe and Szegedy 2015 (batch norm), algorithm 1"),
    "variance": ("Geman, Bienenstock and Doursat 1992, section 3", "Hastie, Tibshirani and Friedman 2009, eq. 7.9", "Efron 1979 (bootstrap)"),
    "learning": ("Cortes et al. 1993, Learning curves", "Hestness et al. 2017, section 3 (power laws)", "Pedregosa et al. 2011 (the tables)"),
    "double": ("Belkin et al. 2019, figures 1 and 2", "Rahimi and Recht 2007 (random features)", "Nakkiran et al. 2021, Optimal regularization can mitigate double descent",
               "Nakkiran et al. 2020, Deep double descent, section 7 (more data, worse)", "Hastie et al. 2022, theorem 1"),
    "widths": ("Nakkiran et al. 2020, Deep double descent, sections 4 and 5", "Belkin et al. 2019, figure 3", "Geiger et al. 2019, The jamming transition"),
}  # fmt: skip
