// The file that `muster plan --proof` writes: what is claimed of a decision, and for each part and
// objective a problem with its proof, one below the other.

/// What a proof file holds.
public struct ProofFile: Sendable {
    /// An objective's value as it is claimed: what is settled and what the parts add.
    struct Claim {
        let objective: String
        let value: Int128
        let settled: Int128
    }

    /// A problem and its proof.
    struct Level {
        let objective: String
        let constant: Int128
        var opb = ""
        var proof = ""
        /// The line that each begins at, in the file.
        var opbLine = 0
        var proofLine = 0
    }

    /// Resources and policies that were decided together.
    struct Part {
        let title: String
        var levels: [Level] = []
    }

    /// A domain's decision.
    struct Decision {
        let domain: String
        var claims: [Claim] = []
        var parts: [Part] = []
    }

    private(set) var decisions: [Decision] = []

    /// Reads a file.
    ///
    /// - Parameter text: Its text.
    /// - Throws: where its form is wrong.
    public init(_ text: String) throws(ProofRejection) {
        enum Section { case head, opb, proof }
        var section = Section.head
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            if number == 1 {
                guard line == "muster-proof 1" else {
                    throw ProofRejection(line: 1, reason: "this is no proof of a plan")
                }
                continue
            }
            switch section {
            case .opb where line == "begin proof":
                section = .proof
                withLevel { $0.proofLine = number + 1 }
            case .opb: withLevel { $0.opb += line + "\n" }
            case .proof where line == "end level": section = .head
            case .proof: withLevel { $0.proof += line + "\n" }
            case .head where line == "begin problem":
                guard decisions.last?.parts.last?.levels.last != nil else {
                    throw ProofRejection(line: number, reason: "a problem out of place")
                }
                section = .opb
                withLevel { $0.opbLine = number + 1 }
            case .head: try head(line, number)
            }
        }
        guard section == .head else {
            throw ProofRejection(line: number, reason: "the file ends in the middle")
        }
        guard !decisions.isEmpty else {
            throw ProofRejection(line: number, reason: "the file proves nothing")
        }
    }

    private mutating func withLevel(_ body: (inout Level) -> Void) {
        guard let decision = decisions.indices.last,
            let part = decisions[decision].parts.indices.last,
            let level = decisions[decision].parts[part].levels.indices.last
        else { return }
        body(&decisions[decision].parts[part].levels[level])
    }

    private mutating func head(_ line: Substring, _ number: Int) throws(ProofRejection) {
        func failure() -> ProofRejection {
            ProofRejection(line: number, reason: "not a line of a proof file: \(line.prefix(60))")
        }
        if line.isEmpty { return }
        let words = line.split(separator: " ")
        let rest = line.drop { $0 != " " }.dropFirst()
        switch words.first {
        case "domain": decisions.append(Decision(domain: String(rest)))
        // claim OBJECTIVE value N settled N
        case "claim":
            guard let decision = decisions.indices.last, words.count >= 6,
                words[words.count - 4] == "value", words[words.count - 2] == "settled",
                let value = Int128(words[words.count - 3]),
                let settled = Int128(words[words.count - 1])
            else { throw failure() }
            let objective = words[1..<words.count - 4].joined(separator: " ")
            decisions[decision].claims.append(
                Claim(objective: objective, value: value, settled: settled)
            )
        case "part":
            guard let decision = decisions.indices.last else { throw failure() }
            decisions[decision].parts.append(Part(title: String(rest)))
        // level OBJECTIVE constant N
        case "level":
            guard let decision = decisions.indices.last, words.count >= 4,
                let part = decisions[decision].parts.indices.last,
                words[words.count - 2] == "constant", let constant = Int128(words[words.count - 1])
            else { throw failure() }
            let objective = words[1..<words.count - 2].joined(separator: " ")
            decisions[decision].parts[part].levels.append(
                Level(objective: objective, constant: constant)
            )
        default: throw failure()
        }
    }

    /// Each problem and proof under a file name, for other checkers.
    public var files: [(name: String, text: String)] {
        var files: [(name: String, text: String)] = []
        for (number, decision) in decisions.enumerated() {
            for (part, levels) in decision.parts.enumerated() {
                for (index, level) in levels.levels.enumerated() {
                    let name = "domain\(number + 1)-part\(part + 1)-level\(index + 1)"
                    files.append((name + ".opb", level.opb))
                    files.append((name + ".pbp", level.proof))
                }
            }
        }
        return files
    }
}
