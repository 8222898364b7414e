"""How does a request become an answer? The application, who may use a route, what every answer carries."""
