/// Prometheus' text format 0.0.4, read back strictly: whatever a scraper could trip over is an error.
public struct ExpositionReader: Sendable {
    /// A metric as it was declared.
    public struct Family: Sendable, Hashable {
        /// Its type.
        public var type: String
        /// What it means.
        public var help: String
    }

    /// One sample's name and labels.
    public struct Series: Sendable, Hashable {
        /// The name, with its suffix.
        public var name: String
        /// The labels.
        public var labels: [String: String]
    }

    /// What is wrong, and in which line.
    public struct Malformed: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// The metrics by name.
    public private(set) var families: [String: Family] = [:]
    /// The samples.
    public private(set) var samples: [Series: Double] = [:]
    private var helps: [String: String] = [:]
    private var current = ""

    /// Reads a whole answer.
    /// - Throws: ``Malformed``.
    public init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(description: "the last line has no newline") }
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
            do {
                try read(line)
            } catch {
                throw Malformed(description: "line \(number + 1): \(error.description): \(line)")
            }
        }
        try checkHistograms()
    }

    /// The value of a sample; 0 when there is none.
    public func value(_ name: String, _ labels: [String: String] = [:]) -> Double {
        samples[Series(name: name, labels: labels)] ?? 0
    }

    /// The sum of the samples of a name that have at least these labels.
    public func sum(_ name: String, where labels: [String: String] = [:]) -> Double {
        samples.filter { series, _ in
            series.name == name && labels.allSatisfy { series.labels[$0.key] == $0.value }
        }.values.reduce(0, +)
    }

    private mutating func read(_ line: Substring) throws(Malformed) {
        if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
            let parts = line.dropFirst(7).split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { throw Malformed(description: "a comment without a text") }
            try declare(String(parts[0]), String(parts[1]), isType: line.hasPrefix("# TYPE "))
        } else {
            try readSample(line)
        }
    }

    private mutating func declare(_ name: String, _ text: String, isType: Bool) throws(Malformed) {
        guard isName(name[...], colons: true) else { throw Malformed(description: "a bad name") }
        guard isType else {
            guard helps.updateValue(text, forKey: name) == nil else { throw Malformed(description: "a second HELP") }
            return
        }
        guard ["counter", "gauge", "histogram"].contains(text) else { throw Malformed(description: "a bad type") }
        let family = Family(type: text, help: helps[name] ?? "")
        guard families.updateValue(family, forKey: name) == nil else { throw Malformed(description: "a second TYPE") }
        current = name
    }

    private mutating func readSample(_ line: Substring) throws(Malformed) {
        var rest = line
        let name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest = rest.dropFirst(name.count)
        guard isName(name[...], colons: true) else { throw Malformed(description: "a bad name") }
        let suffixes = families[current]?.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { current + $0 == name }) else {
            throw Malformed(description: "a sample outside of its metric")
        }
        let labels = try readLabels(&rest)
        guard rest.first == " " else { throw Malformed(description: "no space before the value") }
        let words = ["+Inf": Double.infinity, "-Inf": -.infinity, "NaN": .nan]
        let text = String(rest.dropFirst())
        guard let value = words[text] ?? Double(text) else { throw Malformed(description: "a bad value") }
        guard samples.updateValue(value, forKey: Series(name: name, labels: labels)) == nil else {
            throw Malformed(description: "a sample that was there before")
        }
    }

    private func readLabels(_ rest: inout Substring) throws(Malformed) -> [String: String] {
        var labels: [String: String] = [:]
        guard rest.first == "{" else { return labels }
        rest.removeFirst()
        while rest.first != "}" {
            let name = rest.prefix { $0 != "=" }
            rest = rest.dropFirst(name.count)
            guard isName(name, colons: false), rest.hasPrefix("=\"") else {
                throw Malformed(description: "a bad label")
            }
            rest = rest.dropFirst(2)
            guard labels.updateValue(try readValue(&rest), forKey: String(name)) == nil else {
                throw Malformed(description: "a label that was there before")
            }
            if rest.first == "," { rest.removeFirst() }
        }
        rest.removeFirst()
        return labels
    }

    private func readValue(_ rest: inout Substring) throws(Malformed) -> String {
        var value = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return value
            case "\\":
                switch rest.popFirst() {
                case "\\": value += "\\"
                case "\"": value += "\""
                case "n": value += "\n"
                default: throw Malformed(description: "a bad escape")
                }
            default: value.append(character)
            }
        }
        throw Malformed(description: "a label value without an end")
    }

    private func isName(_ text: Substring, colons: Bool) -> Bool {
        guard let first = text.unicodeScalars.first, !("0"..."9").contains(first) else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_" || colons && scalar == ":"
        }
    }

    /// Buckets never shrink from one to the next, and the last one holds all.
    private func checkHistograms() throws(Malformed) {
        for (series, count) in samples {
            guard series.name.hasSuffix("_count"), families[String(series.name.dropLast(6))]?.type == "histogram" else {
                continue
            }
            let name = String(series.name.dropLast(6)) + "_bucket"
            var buckets: [(bound: Double, count: Double)] = []
            for (other, value) in samples where other.name == name {
                var labels = other.labels
                guard let text = labels.removeValue(forKey: "le"), labels == series.labels else { continue }
                buckets.append((text == "+Inf" ? .infinity : Double(text) ?? .nan, value))
            }
            buckets.sort { $0.bound < $1.bound }
            guard buckets.last?.bound == .infinity, buckets.last?.count == count,
                zip(buckets, buckets.dropFirst()).allSatisfy({ $0.count <= $1.count })
            else { throw Malformed(description: "the buckets of \(series.name) do not add up") }
        }
    }
}
