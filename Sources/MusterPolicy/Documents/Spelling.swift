// Most unknown words are known ones with a slip of the finger: the nearest is offered.

/// Finds the word that was probably meant.
public enum Spelling {
    /// The word at most two edits away from `word`, where an edit inserts, removes or replaces a
    /// character or swaps two neighbours. Of several the nearest, then the first.
    ///
    /// - Returns: `nil` when there is none, or when the edits would leave nothing of the word.
    /// - Complexity: O(length² × words); words whose length is too different cost nothing.
    public static func nearest(to word: String, among words: some Sequence<String>) -> String? {
        let letters = Array(word.unicodeScalars)
        guard letters.count <= 64 else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in words {
            let other = Array(candidate.unicodeScalars)
            let most = min(2, max(letters.count, other.count) / 2, (best?.distance ?? 3) - 1)
            guard most > 0, abs(letters.count - other.count) <= most else { continue }
            let distance = distance(letters, other)
            if distance <= most { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The optimal string alignment distance (Damerau and Levenshtein, without repeated edits).
    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    cost = min(cost, beforeLast[j - 1] + 1)
                }
                row.append(cost)
            }
            beforeLast = last
            last = row
        }
        return last[b.count]
    }
}
