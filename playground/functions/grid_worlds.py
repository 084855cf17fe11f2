"""Worlds as tables: for each state and action the outcomes, in gymnasium's form `table[s][a] = [(probability, s', reward, ended), …]`.

Plain Python without imports, so that exported scripts hold these very functions.
"""


def grid_table(rows, columns, kinds, winds, rewards, actions, slip, step_reward, goal_reward, pit_reward, cliff_reward):  # type: ignore[no-untyped-def]
    """The table of a grid; state r · columns + c is row r, column c. S&B examples 6.5 (wind) and 6.6 (cliff), R&N section 17.1 (slip).

    A move that slips goes to one side or the other, each with probability `slip` / 2; then the wind of the cell that was left pushes
    on. Walls and the border stop both. A step earns the reward of the cell it enters. Goals and pits end the episode, a cliff throws
    back to the first start. Of kinds (. # S G P C), winds (row step, column step, cells) and rewards (None: as usual for the kind)
    there is one a cell, row by row; `actions` are names from up, right, down, left.
    """
    moves = {"up": (-1, 0), "right": (0, 1), "down": (1, 0), "left": (0, -1)}
    usual = {"G": goal_reward, "P": pit_reward, "C": cliff_reward}
    start = kinds.index("S")

    def beside(cell, down, right):  # type: ignore[no-untyped-def]
        row, column = cell // columns + down, cell % columns + right
        inside = 0 <= row < rows and 0 <= column < columns
        return row * columns + column if inside and kinds[row * columns + column] != "#" else cell

    def outcome(cell, down, right):  # type: ignore[no-untyped-def]
        entered = beside(cell, down, right)
        wind_down, wind_right, strength = winds[cell]
        for _ in range(strength):
            entered = beside(entered, wind_down, wind_right)
        kind = kinds[entered]
        reward = usual.get(kind, step_reward) if rewards[entered] is None else rewards[entered]
        return (start if kind == "C" else entered), float(reward), kind in "GP"

    table = []
    for cell, kind in enumerate(kinds):
        row = []
        for action in actions:
            if kind in "#GPC":
                row.append([(1.0, cell, 0.0, True)])
                continue
            down, right = moves[action]
            ways = [(1 - slip, down, right), (slip / 2, right, down), (slip / 2, -right, -down)]
            row.append([(chance, *outcome(cell, *way)) for chance, *way in ways if chance > 0])
        table.append(row)
    return table


def taxi_table():  # type: ignore[no-untyped-def]
    """The table and the starting states of Taxi.

    State ((row · 5 + column) · 5 + passenger) · 4 + destination; passenger 0 to 3 waits at R, G, Y, B, 4 rides along. Actions:
    down, up, right, left, pick up, drop off. A step costs 1, a wrong pick-up or drop-off 10, the right drop-off earns 20.

    Source:
        Dietterich 2000, "Hierarchical reinforcement learning with the MAXQ value function decomposition", section 2; as in gymnasium.
    """
    stops = [(0, 0), (0, 4), (4, 0), (4, 3)]
    walls = {(0, 1), (1, 1), (3, 0), (4, 0), (3, 2), (4, 2)}  # (row, column) with a wall on its right

    def state(row, column, passenger, destination):  # type: ignore[no-untyped-def]
        return ((row * 5 + column) * 5 + passenger) * 4 + destination

    table, starts = [], []
    for number in range(500):
        place, passenger, destination = number // 20, number // 4 % 5, number % 4
        row, column = place // 5, place % 5
        right = column + 1 if column < 4 and (row, column) not in walls else column
        left = column - 1 if column > 0 and (row, column - 1) not in walls else column
        moved = [(min(row + 1, 4), column), (max(row - 1, 0), column), (row, right), (row, left)]
        outcomes = [[(1.0, state(*to, passenger, destination), -1.0, False)] for to in moved]
        waits = passenger < 4 and (row, column) == stops[passenger]
        outcomes.append([(1.0, state(row, column, 4, destination), -1.0, False) if waits else (1.0, number, -10.0, False)])
        if passenger == 4 and (row, column) == stops[destination]:
            outcomes.append([(1.0, state(row, column, destination, destination), 20.0, True)])
        elif passenger == 4 and (row, column) in stops:
            outcomes.append([(1.0, state(row, column, stops.index((row, column)), destination), -1.0, False)])
        else:
            outcomes.append([(1.0, number, -10.0, False)])
        table.append(outcomes)
        if passenger < 4 and passenger != destination:
            starts.append(number)
    return table, starts
