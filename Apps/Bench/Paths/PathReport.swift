/// All paths that were measured, as a table or as JSON.
struct PathReport: Codable {
    let paths: [PathFigures]
    /// Paths that were asked for and not measured, with the reason.
    let leftOut: [LeftOut]

    /// Paths that failed or whose sides did not go through the same, with the reason.
    let refused: [LeftOut]

    /// A path without figures.
    struct LeftOut: Codable {
        let path: PathName
        let reason: String
    }

    /// Two lines for each path, our side and its limit, and what was left out.
    var table: [String] {
        var columns = Columns([
            "path", "input", "side", "MiB/s", "lines/s", "lines/CPU s", "CPU s/GiB", "of it client", "of it server",
            "peak MiB",
            "allocations/M lines", "CPU, times the limit's", "throughput, times the limit's",
        ])
        for one in paths {
            columns.add(
                [one.path.rawValue, one.input, "ours"] + cells(one.ours)
                    + [one.processorRatio.words(2), one.throughputRatio.words(2)])
            columns.add([one.path.rawValue, one.input, "limit"] + cells(one.limit) + ["", ""])
        }
        var lines = columns.lines
        for path in PathName.allCases {
            guard let one = paths.first(where: { $0.path == path }) else { continue }
            lines.append("limit of \(path.rawValue): \(one.limitName)")
        }
        if let one = paths.first {
            let confidence = rounded(one.processorRatio.confidence * 100, 1)
            lines.append(
                one.rounds == 1
                    ? "one round: how far its ratios are off is not known"
                    : "ratios: median of \(one.rounds) rounds [interval that holds the median with \(confidence) %]; "
                        + "other figures: medians")
        }
        lines += leftOut.map { "\($0.path.rawValue): not measured: \($0.reason)" }
        return lines + refused.map { "\($0.path.rawValue): NO FIGURES: \($0.reason)" }
    }

    private func cells(_ side: SideFigures) -> [String] {
        [
            rounded(side.bytesPerSecond.median / Double(1 << 20), 1),
            side.linesPerSecond.map { rounded($0.median, 0) } ?? "–",
            side.linesPerProcessorSecond.map { rounded($0.median, 0) } ?? "–",
            rounded(side.processorPerGiB.median, 3), rounded(side.clientPerGiB.median, 3),
            side.serverPerGiB.map { rounded($0.median, 3) } ?? "–",
            rounded(side.peakMemory.median / Double(1 << 20), 1),
            side.allocationsPerMillionLines.map { rounded($0.median, 0) } ?? "–",
        ]
    }

    /// One JSON object.
    func json() throws -> String {
        try prettyJSON(self)
    }
}
