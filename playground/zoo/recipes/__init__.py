"""How each bundled model is trained and measured. `RECIPES` names them; a recipe is data plus the loop in `vision`."""
