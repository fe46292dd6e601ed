// A problem as text, for solvers in other languages: one line for each thing, numbers only.

public import MusterSolver

extension Problem {
    /// The lines of the problem, variables numbered from 0 in their order.
    ///
    /// `v LOWER UPPER START` is a variable, `d VARIABLE CONSTANT (FACTOR VARIABLE)…` a 0/1 variable
    /// that is 1 exactly when the sum is at least 0, `c CONSTANT (FACTOR VARIABLE)…` a sum that is
    /// at least 0, `i VARIABLE CONDITION 0|1` a variable that needs the condition to have that
    /// value, and `o CONSTANT (FACTOR VARIABLE)…` an objective to be minimised.
    public var text: String {
        func write(_ sum: LinearSum, to line: inout String) {
            line += "\(sum.constant)"
            for term in sum.terms { line += " \(term.coefficient) \(term.variable.index)" }
            line += "\n"
        }
        var text = ""
        for domain in variables { text += "v \(domain.lower) \(domain.upper) \(domain.start)\n" }
        for definition in definitions {
            text += "d \(definition.variable.index) "
            write(definition.sum, to: &text)
        }
        for constraint in constraints {
            text += "c "
            write(constraint, to: &text)
        }
        for implication in implications {
            let condition = implication.condition
            let value = condition.isNegated ? 0 : 1
            text += "i \(implication.variable.index) \(condition.variable.index) \(value)\n"
        }
        for objective in objectives {
            text += "o "
            write(objective, to: &text)
        }
        return text
    }
}
