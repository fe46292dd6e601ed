"""Solves problems with CP-SAT, to compare with: usage: cpsat.py LIMIT FILE[:class|:plain|:hint]...

Each file holds a problem in the line format of `Problem.text`. For each, one JSON line is printed:
the objectives reached in their order, whether all are proven, and the seconds of processor
time spent in CP-SAT's own solve calls. Reading and building models is not counted. One worker, linearization_level 2.

`class` joins variables that occur alike, `plain` does not; `hint` is `class` with the start of each
variable given as a hint.
"""

import json
import sys
import time
from collections import defaultdict

from ortools.sat.python import cp_model


class Problem:
    def __init__(self, path):
        self.lower, self.upper, self.start = [], [], []
        self.definitions, self.constraints, self.implications, self.objectives = [], [], [], []
        with open(path) as lines:
            for line in lines:
                kind, *rest = line.split()
                numbers = list(map(int, rest))
                if kind == "v":
                    self.lower.append(numbers[0])
                    self.upper.append(numbers[1])
                    self.start.append(numbers[2])
                elif kind == "d":
                    self.definitions.append((numbers[0], numbers[1], pairs(numbers[2:])))
                elif kind == "c":
                    self.constraints.append((numbers[0], pairs(numbers[1:])))
                elif kind == "i":
                    self.implications.append(tuple(numbers))
                elif kind == "o":
                    self.objectives.append((numbers[0], pairs(numbers[1:])))

    def joined(self):
        """The problem with variables of equal columns joined to one integer."""
        self.drop_idle_conditions()
        columns = defaultdict(list)
        apart = set()
        for number, (node, _, terms) in enumerate(self.definitions):
            apart.add(node)
            for factor, variable in terms:
                columns[variable].append(("d", number, factor))
        for kind, rows in (("c", self.constraints), ("o", self.objectives)):
            for number, (_, terms) in enumerate(rows):
                for factor, variable in terms:
                    columns[variable].append((kind, number, factor))
        for variable, condition, value in self.implications:
            columns[variable].append(("i", condition, value))
            apart.add(condition)
        classes, class_of, members = {}, [], []
        for variable in range(len(self.lower)):
            key = variable
            if variable not in apart:
                key = (
                    self.lower[variable],
                    self.upper[variable],
                    self.start[variable],
                    tuple(sorted(columns[variable])),
                )
            if key not in classes:
                classes[key] = len(members)
                members.append([])
            class_of.append(classes[key])
            members[classes[key]].append(variable)

        def convert(terms):
            return list({class_of[v]: (f, class_of[v]) for f, v in terms}.values())

        result = object.__new__(Problem)
        result.lower = [sum(self.lower[v] for v in group) for group in members]
        result.upper = [sum(self.upper[v] for v in group) for group in members]
        result.start = [sum(self.start[v] for v in group) for group in members]
        result.definitions = [(class_of[n], c, convert(t)) for n, c, t in self.definitions]
        result.constraints = [(c, convert(t)) for c, t in self.constraints]
        result.implications = sorted({(class_of[a], class_of[b], v) for a, b, v in self.implications})
        result.objectives = [(c, convert(t)) for c, t in self.objectives]
        return result

    def drop_idle_conditions(self):
        """Fixes conditions that nothing wants false: hosts that are on and whose being off costs."""
        used = {n for n, _, _ in self.definitions}
        for _, _, terms in self.definitions:
            used.update(v for _, v in terms)
        for _, terms in self.constraints:
            used.update(v for _, v in terms)
        used.update(v for v, _, _ in self.implications)
        pull = defaultdict(list)
        for _, terms in self.objectives:
            for factor, variable in terms:
                pull[variable].append(factor)
        kept = []
        for variable, condition, value in self.implications:
            if value == 1 and condition not in used and all(f <= 0 for f in pull[condition]):
                self.lower[condition] = self.upper[condition]
            if value == 1 and self.lower[condition] == 1:
                continue
            if value == 1 and self.upper[condition] == 0 or value == 0 and self.lower[condition] == 1:
                self.upper[variable] = 0
                continue
            kept.append((variable, condition, value))
        self.implications = kept


def pairs(numbers):
    """The terms of a line, each variable once."""
    factors = {}
    for factor, variable in zip(numbers[0::2], numbers[1::2]):
        factors[variable] = factors.get(variable, 0) + factor
    return [(factor, variable) for variable, factor in factors.items() if factor]


def directions(problem):
    """The directions in which each definition is needed."""
    up, down = set(), set()

    def want(factor, variable):
        (up if factor > 0 else down).add(variable)

    for _, terms in problem.constraints:
        for factor, variable in terms:
            want(factor, variable)
    for _, terms in problem.objectives:
        for factor, variable in terms:
            want(-factor, variable)
    for variable, condition, value in problem.implications:
        want(1 if value else -1, condition)
        want(-1, variable)
    for node, _, terms in reversed(problem.definitions):
        for factor, variable in terms:
            if node in up or problem.lower[node] == 1:
                want(factor, variable)
            if node in down or problem.upper[node] == 0:
                want(-factor, variable)
    return up, down


def model(problem):
    result = cp_model.CpModel()
    variables = [
        result.new_bool_var("") if (low, high) == (0, 1) else result.new_int_var(low, high, "")
        for low, high in zip(problem.lower, problem.upper)
    ]

    def total(constant, terms):
        if not terms:
            return constant
        return cp_model.LinearExpr.weighted_sum(
            [variables[v] for _, v in terms], [f for f, _ in terms]
        ) + constant

    up, down = directions(problem)
    for node, constant, terms in problem.definitions:
        if not terms:
            result.add(variables[node] == (1 if constant >= 0 else 0))
            continue
        if node in up or problem.lower[node] == 1:
            result.add(total(constant, terms) >= 0).only_enforce_if(variables[node])
        if node in down or problem.upper[node] == 0:
            result.add(total(constant, terms) <= -1).only_enforce_if(variables[node].Not())
    for constant, terms in problem.constraints:
        result.add(total(constant, terms) >= 0)
    for variable, condition, value in problem.implications:
        other = variables[condition] if value else 1 - variables[condition]
        result.add(variables[variable] <= problem.upper[variable] * other)
    return result, variables, [total(c, t) for c, t in problem.objectives]


def least(problem, constant, terms):
    return constant + sum(f * (problem.lower[v] if f > 0 else problem.upper[v]) for f, v in terms)


def solve(problem, limit, hint):
    spent = 0.0

    def run(limits, goal):
        nonlocal spent
        result, variables, objectives = model(problem)
        for number, most in enumerate(limits):
            result.add(objectives[number] <= most)
        if objectives:
            result.minimize(objectives[goal])
        if hint:
            for variable, value, low, high in zip(
                variables, problem.start, problem.lower, problem.upper
            ):
                result.add_hint(variable, min(max(value, low), high))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = limit
        solver.parameters.random_seed = 1
        begin = time.process_time()
        status = solver.solve(result)
        spent += time.process_time() - begin
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return status, None
        return status, [int(round(solver.value(o))) for o in objectives]

    last = max(0, len(problem.objectives) - 1)
    limits = [least(problem, c, t) for c, t in problem.objectives[:last]]
    status, reached = run(limits, last)
    if status == cp_model.INFEASIBLE and last > 0:
        limits = []
        for goal in range(last + 1):
            status, reached = run(limits, goal)
            if status != cp_model.OPTIMAL:
                break
            limits.append(reached[goal])
    if status == cp_model.INFEASIBLE:
        return {"infeasible": True, "proven": True, "seconds": spent}
    return {"objectives": reached, "proven": status == cp_model.OPTIMAL, "seconds": spent}


def main():
    limit = float(sys.argv[1])
    for argument in sys.argv[2:]:
        path, _, mode = argument.partition(":")
        problem = Problem(path)
        if mode != "plain":
            problem = problem.joined()
        print(json.dumps(solve(problem, limit, mode == "hint")), flush=True)


if __name__ == "__main__":
    main()
