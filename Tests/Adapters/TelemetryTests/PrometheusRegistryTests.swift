import CoreMetrics
import TelemetryAdapter
import TestSupport
import Testing

@Suite("Prometheus registry")
struct PrometheusRegistryTests {
    private let registry = PrometheusRegistry([
        MetricFamily("shop_sales_total", .counter, labels: ["kind", "till"], help: "Sales, \\ and\nmore."),
        MetricFamily("shop_open", .gauge, help: "Whether it is open."),
        MetricFamily("shop_wait_seconds", .histogram, labels: ["till"], help: "Waits.", buckets: [0.1, 1, 10]),
    ])

    private func read() throws -> ExpositionReader { try ExpositionReader(registry.exposition()) }

    @Test("counters, gauges and timers are read back as they were set")
    func kinds() throws {
        let sales = Counter(label: "shop_sales_total", dimensions: [("till", "1"), ("kind", "tea")], factory: registry)
        sales.increment(by: 3)
        sales.increment()
        let open = Meter(label: "shop_open", factory: registry)
        open.set(7)
        open.decrement(by: 2.5)
        let wait = Timer(label: "shop_wait_seconds", dimensions: [("till", "1")], factory: registry)
        for milliseconds in [50, 100, 101, 5000, 20_000] { wait.recordMilliseconds(milliseconds) }
        let found = try read()
        #expect(found.value("shop_sales_total", ["kind": "tea", "till": "1"]) == 4)
        #expect(found.value("shop_open") == 4.5)
        let buckets = ["0.1", "1", "10", "+Inf"].map {
            found.value("shop_wait_seconds_bucket", ["till": "1", "le": $0])
        }
        #expect(buckets == [2, 3, 4, 5])
        #expect(found.value("shop_wait_seconds_count", ["till": "1"]) == 5)
        #expect(abs(found.value("shop_wait_seconds_sum", ["till": "1"]) - 25.251) < 1e-9)
        #expect(found.families["shop_sales_total"]?.type == "counter")
        #expect(found.families["shop_sales_total"]?.help == "Sales, \\\\ and\\nmore.")
        #expect(found.families["shop_wait_seconds"]?.type == "histogram")
    }

    @Test(
        "label values of any characters come back",
        arguments: ["a\"b", "back\\slash", "new\nline", "é漢🚢", "", "a,b=}{ "])
    func labelValues(_ text: String) throws {
        Counter(label: "shop_sales_total", dimensions: [("kind", text), ("till", "2")], factory: registry).increment()
        #expect(try read().value("shop_sales_total", ["kind": text, "till": "2"]) == 1)
    }

    @Test("the same labels are one series, in whatever order they are given")
    func sameSeries() throws {
        for _ in 0..<3 {
            Counter(label: "shop_sales_total", dimensions: [("kind", "a"), ("till", "1")], factory: registry)
                .increment()
            Counter(label: "shop_sales_total", dimensions: [("till", "1"), ("kind", "a")], factory: registry)
                .increment()
        }
        #expect(try read().value("shop_sales_total", ["kind": "a", "till": "1"]) == 6)
    }

    @Test("what nobody declared, and other labels than declared, leave no trace")
    func undeclared() throws {
        let before = registry.exposition()
        Counter(label: "other_total", factory: registry).increment()
        Counter(label: "shop_sales_total", dimensions: [("kind", "a")], factory: registry).increment()
        Counter(
            label: "shop_sales_total", dimensions: [("kind", "a"), ("till", "1"), ("user", "x")], factory: registry
        ).increment()
        Counter(label: "shop_open", factory: registry).increment()
        Timer(label: "shop_open", factory: registry).recordSeconds(1)
        #expect(registry.exposition() == before)
    }

    @Test("a metric has so many series and no more, whatever is asked for")
    func boundedSeries() throws {
        for number in 0..<PrometheusRegistry.seriesLimit + 50 {
            Counter(label: "shop_sales_total", dimensions: [("kind", "\(number)"), ("till", "1")], factory: registry)
                .increment()
        }
        #expect(try read().samples.count == PrometheusRegistry.seriesLimit)
    }

    @Test("a counter never shrinks; one that is measured elsewhere follows its measure")
    func counters() throws {
        let sales = Counter(label: "shop_sales_total", dimensions: [("kind", "a"), ("till", "1")], factory: registry)
        sales.increment(by: 5)
        sales.increment(by: -3)
        #expect(try read().sum("shop_sales_total") == 5)
        let total = Meter(label: "shop_sales_total", dimensions: [("kind", "a"), ("till", "1")], factory: registry)
        total.set(9)
        total.set(8)
        #expect(try read().sum("shop_sales_total") == 9)
    }

    @Test("large numbers stay exact, and small ones keep their digits")
    func numbers() throws {
        let open = Meter(label: "shop_open", factory: registry)
        for value in [9_007_199_254_740_991, -3, 0.1, 1e-9, 1.5e300, .infinity] {
            open.set(value)
            #expect(try read().value("shop_open") == value)
        }
        open.set(9_007_199_254_740_991)
        #expect(registry.exposition().contains("shop_open 9007199254740991\n"))
    }

    @Test("many threads at once lose no count")
    func concurrency() async throws {
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask { [registry] in
                    let sales = Counter(
                        label: "shop_sales_total", dimensions: [("kind", "\(task % 2)"), ("till", "1")],
                        factory: registry)
                    let wait = Timer(label: "shop_wait_seconds", dimensions: [("till", "1")], factory: registry)
                    for _ in 0..<1000 {
                        sales.increment()
                        wait.recordSeconds(1)
                    }
                    _ = registry.exposition()
                }
            }
        }
        let found = try read()
        #expect(found.value("shop_sales_total", ["kind": "0", "till": "1"]) == 4000)
        #expect(found.value("shop_wait_seconds_count", ["till": "1"]) == 8000)
    }
}

@Suite("Reader of Prometheus' text format")
struct ExpositionReaderTests {
    @Test(
        "refuses what a scraper could trip over",
        arguments: [
            "a 1", "# TYPE a counter\nb 1\n", "# TYPE a counter\na x\n", "# TYPE a counter\na 1\na 2\n",
            "# TYPE a counter\n# TYPE a counter\n", "# TYPE a count\n", "# TYPE a counter\na{b=\"c} 1\n",
            "# TYPE a counter\na{b=\"\\x\"} 1\n", "# TYPE a counter\na{1b=\"c\"} 1\n", "# TYPE a counter\na1\n",
            "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
            "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
        ])
    func malformed(_ text: String) {
        #expect(throws: ExpositionReader.Malformed.self) { try ExpositionReader(text) }
    }
}
