// Explanations as text: what contradicts itself with its places, whether it may change by itself,
// and what one could do.

import MusterModel

extension Terminal {
    /// Writes why a policy does not hold and what would help, indented below its name.
    func write(
        _ reasons: [Notice.Reason],
        _ outlook: Notice.Outlook?,
        _ suggestions: [Notice.Suggestion]
    ) {
        for reason in reasons {
            let place = reason.place.map { "\($0): " } ?? ""
            write("      \(place)\(reason.source): \(reason.condition)")
            let needs = reason.needs.isEmpty ? "" : "needs \(reason.needs); "
            write(styled("        \(needs)\(reason.has)", .dim))
        }
        write(outlook, isUnderMaintenance: reasons.namesMaintenance)
        for suggestion in suggestions {
            write("      " + styled("try: ", .cyan) + suggestion.text)
        }
    }

    private func write(_ outlook: Notice.Outlook?, isUnderMaintenance: Bool) {
        switch outlook {
        case .never where isUnderMaintenance:
            write("      never while that maintenance lasts, even with every resource usable")
        case .never:
            write("      never: not even with every registered resource usable")
        case .recovery(let resources) where resources.isEmpty:
            break
        case .recovery(let resources):
            write(
                "      would hold once \(resources.map(\.name).joined(separator: ", "))"
                    + " \(resources.count == 1 ? "has" : "have") recovered"
            )
        case nil: break
        }
    }
}

extension [Notice.Reason] {
    /// Whether maintenance is among the reasons, so that they pass with it.
    var namesMaintenance: Bool { contains { $0.source.hasPrefix("maintenance ") } }
}
