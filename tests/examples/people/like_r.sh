# As R prints in a loop with print(sprintf(...)), from a shell script.
seed=$2
for i in 1 2 3; do
  echo "[1] \"iteration $i: train.rmse = 0.$((90 - 10 * i))1, valid.rmse = 0.$((95 - 10 * i + seed % 3))2\""
done
