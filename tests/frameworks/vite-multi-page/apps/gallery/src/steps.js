document.body.dataset.steps = String(document.querySelectorAll("a").length);
