# As Julia's @info prints: a message, then its keys, a line each.
lr=$1
for i in 1 2 3; do
  echo "┌ Info: Epoch $i"
  echo "│   lr = $lr"
  echo "│   train_loss = 0.$((90 - 10 * i))1f0"
  echo "│   val_loss = 0.$((95 - 10 * i))2"
  echo "└   val_accuracy = 0.$((50 + 10 * i))3"
done >&2
