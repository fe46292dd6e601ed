// Options of benchmarks on the command line: `--name value` behind the benchmark's name.

internal import Foundation

/// What the command line says beside the benchmark's name.
struct Flags {
    private var values: [String: String] = [:]

    /// Takes options apart; ends the process with status 64 when one is not among `known`.
    init(known: [String]) {
        var rest = CommandLine.arguments.dropFirst(2)
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), known.contains(String(name.dropFirst(2))),
                let value = rest.popFirst()
            else {
                print("options: " + known.map { "--\($0) VALUE" }.joined(separator: " "))
                exit(64)
            }
            values[String(name.dropFirst(2))] = value
        }
    }

    /// The value of an option, or a default.
    func text(_ name: String, _ standard: String) -> String { values[name] ?? standard }

    /// The number that an option gives, or a default.
    func number(_ name: String, _ standard: Int) -> Int {
        values[name].map { Int($0) ?? standard } ?? standard
    }
}

/// Prints a line at once, also into a file or a pipe: these benchmarks take minutes.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
