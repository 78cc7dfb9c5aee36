"""Methods against reward hacking: each is trained on a proxy and holds back in its own way, by one number."""
