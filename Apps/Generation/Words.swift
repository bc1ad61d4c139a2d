/// What lines are made of.
enum Words {
    static let services = ["checkout", "inventory", "billing", "search", "mailer", "gateway", "recommendations"]

    static let calls = ["send", "reserve", "charge", "lookUp", "flush", "commit", "retry"]

    static let things = [
        "lamp", "kettle", "umbrella", "bicycle", "notebook", "teapot", "señal", "Fahrradklingel", "crème", "鉛筆",
        "чайник",
    ]

    static let places = [
        "Lisbon", "Zürich", "Kraków", "São Paulo", "Nairobi", "東京", "Αθήνα", "Montréal", "Hanoi", "München", "Oslo 🌧",
    ]

    static let agents = [
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
        "curl/8.9.1", "shop-app/7.2 (iPhone; \"Näher\")", "python-requests/2.32.3",
    ]
}
