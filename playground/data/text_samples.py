"""Texts to begin with, all written for this playground."""

from __future__ import annotations

ARTICLE = (
    "The harbour town of Vellmar will close its old coal pier next spring and turn it into a park, the council decided on Tuesday. "
    "The pier has stood empty since the last freight ship left eleven years ago. "
    "Engineers found in a survey last autumn that its steel legs will not survive another decade of salt water without repair. "
    "The council has set aside nine million for the work, a third of which will come from a national fund for coasts. "
    "Some residents had asked for flats instead, arguing that the town needs homes more than benches. "
    "The mayor replied that the ground under the pier is too soft for buildings of more than one floor. "
    "Fishing clubs welcomed the plan, because the park keeps the two stairs that lead down to the water. "
    "A café in the former weighing house will open first, if the heating can be mended in time. "
    "The gulls, which have nested on the crane for as long as anyone remembers, will be allowed to stay. "
    "Work on the park begins in March and should take two years."
)

PASSAGE = (
    "The Atlantic puffin spends most of its life far out at sea and comes to land only to breed. In spring the birds return to the same cliffs and dig burrows up to "
    "a metre deep. Each pair raises a single chick, which both parents feed with sand eels for about six weeks. A puffin can carry more than ten small fish at once, "
    "because its rough tongue holds them against spines in the upper beak while it catches more. The bright plates of the beak are shed after the breeding season, "
    "so that in winter the bird looks quite different. Puffins can dive to sixty metres and beat their wings about four hundred times a minute in flight. "
    "The largest colonies are found in Iceland, where roughly sixty percent of all Atlantic puffins breed."
)

NEWS = {
    "sport": "The captain limped off before half-time, yet her side held the league leaders to a draw with ten players.",
    "tech": "A flaw in the browser's update service let attackers replace files on millions of laptops, researchers said.",
    "business": "Shares fell four percent after the airline warned that fuel costs would halve its profit for the quarter.",
}

# Six themes of ten sentences, a blank line between two themes.
_SENTENCES = """\
Let the dough rest overnight in the fridge.
Whisk the eggs before you add the flour.
The soup needs more salt and a little lemon.
Roast the carrots until their edges turn brown.
She bakes bread every Sunday morning.
Simmer the beans with garlic and bay leaves.
He burnt the onions and started again.
A pinch of sugar takes the edge off tomatoes.
Fold the butter into the pastry in thin layers.
The sauce thickens as it cools.

The probe sent its first pictures of the icy moon.
Two stars circle each other every nine hours.
Astronauts repaired the station's solar panel.
The telescope will look for planets around red dwarfs.
A comet's tail always points away from the sun.
The rocket's second stage failed to ignite.
Dust storms on Mars can last for months.
Gravity bends the light of distant galaxies.
The rover drilled into a rock near the crater.
Black holes swallow even light.

The striker scored twice in the second half.
Their goalkeeper saved a penalty in extra time.
The club sacked its coach after six defeats.
A late header won the cup for the visitors.
Fans sang long after the final whistle.
The defender was sent off for a foul.
They drew at home against the league leaders.
The midfielder will miss the season with a torn ligament.
A free kick curled into the top corner.
The referee added five minutes.

The bank raised its interest rate again.
Inflation fell to two percent last month.
She compared three offers before taking the loan.
Investors sold shares after the warning.
The company will pay no dividend this year.
Rents have grown faster than wages.
He keeps his savings in a pension fund.
The central bank expects slower growth.
Their profit doubled on strong exports.
The budget leaves a deficit of four billion.

The nurse took his blood pressure twice.
A walk of thirty minutes lowers the risk of heart disease.
The vaccine protects against three strains.
Her fever went down after two days.
Doctors advise seven to eight hours of sleep.
The surgeon replaced the worn hip joint.
He takes the tablets with breakfast.
Stress can bring on headaches.
The clinic offers free eye tests on Mondays.
Wash the wound before you bandage it.

The violinist tuned her strings before the concert.
Their new album was recorded in one week.
The choir rehearses in the old church.
He plays the blues on a borrowed guitar.
The drummer counted the band in.
A piano stood in the corner, out of tune.
The opera ends with a long duet.
She wrote the song on a train.
The orchestra rose when the conductor entered.
Jazz musicians improvise over a chord progression.
"""

THEMES = tuple(each for each in _SENTENCES.splitlines() if each)

REVIEWS = (
    "Warm, sharp and beautifully acted: the best evening I have had in a cinema this year.",
    "Two hours of explosions and not one idea.",
    "The plot makes no sense, but I laughed until it hurt.",
    "It is not the worst film of the series, which is the kindest thing I can say.",
    "A quiet masterpiece that trusts its audience.",
    "The lead actor sleepwalks through every scene.",
    "I wanted to like it more than I did.",
    "Go and see it before somebody tells you how it ends.",
)
