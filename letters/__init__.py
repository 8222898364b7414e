"""In which words: templates, rendering (pure), and the couriers that hand letters over."""
