// Measures what the product's speed rests on. Each benchmark is a file of its own and stands in the
// list below; a name on the command line chooses one.

internal import Foundation

let benchmarks: [any Benchmark.Type] = [
    DecodeBenchmark.self, RestoreBenchmark.self, SolveBenchmark.self, EngineBenchmark.self,
    BusBenchmark.self, VersusBenchmark.self, ExplainBenchmark.self, KillBenchmark.self,
    SoakBenchmark.self, TakeoverBenchmark.self,
]

let chosen = CommandLine.arguments.dropFirst().first
guard let benchmark = benchmarks.first(where: { $0.name == chosen }) else {
    print("usage: swift run -c release benchmarks NAME\n")
    for benchmark in benchmarks {
        let name = benchmark.name.padding(toLength: 14, withPad: " ", startingAt: 0)
        print("  \(name)\(benchmark.purpose)")
    }
    exit(chosen == nil ? 0 : 64)
}
do {
    try benchmark.run()
} catch {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(1)
}
