import Foundation
import HTTPTransport
import ServerRig
import TestSupport

/// Scrapes the metrics of processes as Prometheus does, and writes them as series that promtool tries rules on.
actor MetricsRecorder {
    /// A process that is scraped.
    struct Target: Sendable {
        let instance: String
        let port: Int
    }

    private struct Key: Hashable, Comparable {
        let text: String
        static func < (left: Key, right: Key) -> Bool { left.text < right.text }
    }

    private let targets: [Target]
    /// The names that rules ask for; others are not kept.
    private let names: Set<String>
    private let transport = CurlTransport()
    private var series: [Key: [Double?]] = [:]
    /// How many scrapes were made; they are a second apart.
    private(set) var count = 0

    /// - Parameters:
    ///   - targets: what is scraped.
    ///   - rules: the rules whose metrics are kept.
    /// - Throws: when the rules cannot be read.
    init(_ targets: [Target], for rules: String) throws {
        self.targets = targets
        let text = try String(contentsOfFile: rules, encoding: .utf8)
        names = Set(text.matches(of: /\b(?:logferry|process)_[a-z_]+/).map { String($0.output) })
    }

    /// Scrapes once a second for so long, and does something after each scrape.
    func record(for seconds: Int, _ meanwhile: () async throws -> Void = {}) async throws {
        for _ in 0..<seconds {
            let next = ContinuousClock.now + .seconds(1)
            await scrape()
            try await meanwhile()
            try await Task.sleep(until: next, clock: .continuous)
        }
    }

    private func scrape() async {
        await withTaskGroup(of: (String, ExpositionReader?).self) { group in
            for target in targets {
                group.addTask { [transport] in (target.instance, await MetricsRecorder.scraped(target, transport)) }
            }
            for await (instance, found) in group { add(instance, found) }
        }
        count += 1
        for key in series.keys {
            while let values = series[key], values.count < count { series[key] = values + [nil] }
        }
    }

    private static func scraped(_ target: Target, _ transport: CurlTransport) async -> ExpositionReader? {
        let request = HTTPRequest(
            .get, "http://127.0.0.1:\(target.port)/metrics",
            timeouts: HTTPTimeouts(idle: .milliseconds(800), total: .milliseconds(800)))
        guard let answer = try? await transport.send(request), answer.status == 200,
            let bytes = try? await answer.body.collect(upTo: 1 << 24)
        else { return nil }
        return try? ExpositionReader(String(decoding: bytes, as: UTF8.self))
    }

    private func add(_ instance: String, _ found: ExpositionReader?) {
        set("up", ["instance": instance], found == nil ? 0 : 1)
        for (sample, value) in found?.samples ?? [:] where names.contains(sample.name) {
            set(sample.name, sample.labels.merging(["instance": instance]) { $1 }, value)
        }
    }

    private func set(_ name: String, _ labels: [String: String], _ value: Double) {
        let pairs = labels.merging(["job": "logferry"]) { $1 }.sorted { $0.key < $1.key }
        let key = Key(text: "\(name){\(pairs.map { "\($0.key)=\"\($0.value)\"" }.joined(separator: ", "))}")
        var values = series[key] ?? Array(repeating: nil, count: count)
        values.append(value)
        series[key] = values
    }

    // MARK: - What promtool takes

    /// What must hold of the rules at a time: how many series an expression gives.
    struct Expectation: Sendable {
        let second: Int
        let expression: String
        /// Whether it gives one series, whose value is 1, or none.
        let holds: Bool
    }

    /// A file of rule tests with all that was recorded.
    /// - Parameters:
    ///   - rules: the file of the rules, as the file of the tests names it.
    ///   - step: every how many seconds there is a scrape.
    ///   - expectations: what must hold.
    /// - Returns: the text of the file.
    func tests(of rules: String, every step: Int, _ expectations: [Expectation]) -> String {
        var text = """
            rule_files: ["\(rules)"]
            evaluation_interval: \(step)s
            tests:
              - interval: \(step)s
                input_series:

            """
        for (key, values) in series.sorted(by: { $0.key < $1.key }) {
            let kept = stride(from: 0, to: values.count, by: step).map { values[$0] }
            text += "      - {series: '\(key.text)', values: '\(MetricsRecorder.notation(kept))'}\n"
        }
        text += "    promql_expr_test:\n"
        for expectation in expectations {
            let samples = expectation.holds ? "[{labels: '{}', value: 1}]" : "[]"
            text += """
                      - expr: '\(expectation.expression)'
                        eval_time: \(expectation.second / step * step)s
                        exp_samples: \(samples)

                """
        }
        return text
    }

    /// Values as promtool reads them, runs of the same value written once.
    ///
    /// A process that shows nothing leaves no old values behind, as Prometheus has it.
    private static func notation(_ values: [Double?]) -> String {
        var words: [String] = []
        var index = 0
        while index < values.count {
            var end = index + 1
            while end < values.count, values[end] == values[index] { end += 1 }
            let more = end - index - 1
            if let value = values[index] {
                words.append(more > 0 ? "\(number(value))x\(more)" : number(value))
            } else if index == 0 {
                words.append("_x\(end - index)")
            } else {
                words.append(more > 0 ? "stale _x\(more)" : "stale")
            }
            index = end
        }
        return words.joined(separator: " ")
    }

    private static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(format: "%.3f", value)
    }
}
