"""``credit``, ``redeclare``, ``correct`` and ``undo``: what somebody asks for after declaring."""
